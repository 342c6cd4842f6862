import { EventId, levelOfStatus, type Platform, unsignedToldEveryMs } from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { Log } from '../context.ts'
import type { CoreEnv } from './edge-assertion.ts'

/**
 * Writes one line a request, under the id that the edge gave it: the route instead of the path, so that no id of a hold
 * is in a log. An event's id stands there if it is one, whatever the path says. Of requests that no edge has signed, which
 * anybody may send, one in a while has a line; metrics count them all.
 */
export function requestLog(log: Log, platform: Pick<Platform, 'now'>) {
  let unsignedToldMs = Number.NEGATIVE_INFINITY
  const isTold = (nowMs: number): boolean => {
    // A clock that was set back makes nobody silent.
    if (Math.abs(nowMs - unsignedToldMs) < unsignedToldEveryMs) return false
    unsignedToldMs = nowMs
    return true
  }
  return createMiddleware<CoreEnv>(async function requestLog(c, next) {
    const startedMs = platform.now()
    c.set('startedMs', startedMs)
    await next()
    const { claims, code = 'ok', queuedMs, traceId, fault } = c.var
    const { status } = c.res
    if (!claims && !isTold(startedMs)) return
    log({
      event: 'request',
      level: levelOfStatus(status),
      method: c.req.method,
      route: routePath(c, -1),
      status,
      code,
      ms: platform.now() - startedMs,
      queuedMs,
      requestId: claims?.requestId,
      appId: claims?.app?.id,
      eventId: EventId.safeParse(c.req.param('event')).data,
      traceId,
      ...(fault && { fault: fault.name, frames: fault.frames }),
    })
  })
}
