import { EventId } from '@holdfast/contract'
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
} from '@opentelemetry/semantic-conventions'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { CoreEnv } from '../http/edge-assertion.ts'

const propagator = new W3CTraceContextPropagator()

/** The edge's span. Only what it has signed gets here, so that nobody else has anything traced. */
const aboveOf = (traceparent: string | undefined) =>
  propagator.extract(ROOT_CONTEXT, traceparent === undefined ? {} : { traceparent }, {
    get: (carrier, name) => carrier[name],
    keys: Object.keys,
  })

/** Makes a span of each request, from when it came; it is named by its route, so that no id of a hold is in it. */
export const traceRequests = (tracer: Tracer) =>
  createMiddleware<CoreEnv>(async function traceRequests(c, next) {
    const above = aboveOf(c.req.header('traceparent'))
    const [route, { claims }] = [routePath(c, -1), c.var]
    const attributes = {
      [ATTR_HTTP_REQUEST_METHOD]: c.req.method,
      [ATTR_HTTP_ROUTE]: route,
      'holdfast.request_id': claims.requestId,
      'holdfast.app_id': claims.app?.id,
    }
    const options = { kind: SpanKind.SERVER, startTime: c.get('startedMs'), attributes }
    const span = tracer.startSpan(`${c.req.method} ${route}`, options, above)
    if (span.isRecording()) c.set('traceId', span.spanContext().traceId)
    await context.with(trace.setSpan(above, span), next)
    const { status } = c.res
    span.setAttributes({
      [ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
      [ATTR_ERROR_TYPE]: c.get('code'),
      'holdfast.event_id': EventId.safeParse(c.req.param('event')).data,
      'holdfast.queued_ms': c.get('queuedMs'),
    })
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  })
