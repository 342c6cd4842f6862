import type { Platform } from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { EdgeEnv } from '../context.ts'
import type { Log } from '../ports.ts'

/** Writes one line a request: the route instead of the path, so that no id of a hold is in a log. */
export function requestLog(log: Log, platform: Pick<Platform, 'now'>) {
  return createMiddleware<EdgeEnv>(async function requestLog(c, next) {
    const startedMs = platform.now()
    await next()
    log({
      event: 'request',
      method: c.req.method,
      route: routePath(c, -1),
      status: c.res.status,
      ms: platform.now() - startedMs,
      requestId: c.get('requestId'),
      ...c.get('note'),
    })
  })
}
