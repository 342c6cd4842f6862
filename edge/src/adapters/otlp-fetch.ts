import { type Platform, spanExportMs, spanExportsAtOnceMax, type TraceTarget } from '@holdfast/contract'
import { otlpOf } from '../telemetry/otlp.ts'
import type { ExportSpans, Tracing } from '../telemetry/tracer.ts'

/**
 * Delivers spans to a collector over OTLP/HTTP, once. While so many deliveries are under way that the collector cannot be
 * well, others are lost.
 */
function otlpFetch({ url, headers }: TraceTarget, { deadline }: Pick<Platform, 'deadline'>): ExportSpans {
  let underWay = 0
  return async (spans) => {
    if (underWay >= spanExportsAtOnceMax) return
    underWay += 1
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(otlpOf(spans)),
        signal: deadline(spanExportMs),
        redirect: 'manual',
      })
      await response.body?.cancel()
    } catch {
      // Whoever traces sees by what is missing that the collector is away; a line for each request would tell no more.
    } finally {
      underWay -= 1
    }
  }
}

/** Traces of as many requests as the operator wants, to their collector; none without one. */
export const otlpTracing = (
  target: TraceTarget | undefined,
  platform: Pick<Platform, 'deadline'>,
): Tracing | undefined => target && { ratio: target.ratio, send: otlpFetch(target, platform) }
