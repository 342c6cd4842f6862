import { EventId, levelOfStatus, type Platform } from '@holdfast/contract'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { EdgeEnv } from '../context.ts'
import type { Colo, Log } from '../ports.ts'
import { createTracer, type Trace, type Tracing } from '../telemetry/tracer.ts'
import { createWatch } from '../telemetry/watch.ts'

/** Who is told of requests, and by whose clock. */
export interface Tellers {
  readonly log: Log
  readonly platform: Pick<Platform, 'now' | 'random'>
  readonly tracing?: Tracing | undefined
  readonly colo?: Colo | undefined
}

type EdgeContext = Context<EdgeEnv>

/** The event, if it is an id of one: whatever a client puts there is not in a log. */
const eventOf = (c: EdgeContext): EventId | undefined =>
  c.get('note').eventId ?? EventId.safeParse(c.req.param('eventId')).data

/**
 * Writes one line a request: the route instead of the path, so that no id of a hold is in a log, and how long was
 * waited for whom. Of a request that is traced it delivers the spans when the answer has left.
 */
export function requestLog({ log, platform, tracing, colo }: Tellers) {
  const begin = tracing && createTracer(tracing, platform)

  return createMiddleware<EdgeEnv>(async function requestLog(c, next) {
    const startedMs = platform.now()
    const trace = begin?.(c.req.header('traceparent'))
    const watch = createWatch(platform, trace)
    c.set('observe', watch.observe)
    await next()
    const { status } = c.res
    const { code = 'ok', ...note } = c.get('note')
    log({
      event: 'request',
      level: levelOfStatus(status),
      method: c.req.method,
      route: routePath(c, -1),
      status,
      code,
      ms: platform.now() - startedMs,
      ...watch.timings(),
      requestId: c.get('requestId'),
      ...note,
      eventId: eventOf(c),
      ...(trace?.isSampled && { traceId: trace.traceId }),
      colo: colo?.(c),
    })
    if (trace) endTrace(c, trace)
  })
}

function endTrace(c: EdgeContext, trace: Trace): void {
  const { method } = c.req
  const { status } = c.res
  const [route, { code, appId }] = [routePath(c, -1), c.get('note')]
  const attributes = {
    'http.request.method': method,
    'http.route': route,
    'http.response.status_code': status,
    'error.type': code,
    'holdfast.request_id': c.get('requestId'),
    'holdfast.app_id': appId,
    'holdfast.event_id': eventOf(c),
  }
  trace.end({ name: `${method} ${route}`, attributes, hasFailed: status >= 500 }, c.get('afterwards'))
}
