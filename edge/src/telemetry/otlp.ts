import type { Attributes, Span } from './tracer.ts'

/** The numbers of OTLP: kinds of spans, and the status of one that has failed. */
const kinds = { server: 2, client: 3 } as const
const failed = { code: 2 }

const scope = { name: 'holdfast-edge' }

const attributesOf = (attributes: Attributes) =>
  Object.entries(attributes).flatMap(([key, value]) => {
    if (value === undefined) return []
    return [{ key, value: typeof value === 'number' ? { intValue: value } : { stringValue: value } }]
  })

const nanosOf = (ms: number): string => `${ms}000000`

const wireSpan = ({ traceId, spanId, parentId, kind, name, hasFailed, ...span }: Span) => ({
  ...{ traceId, spanId, name, kind: kinds[kind] },
  ...(parentId !== undefined && { parentSpanId: parentId }),
  startTimeUnixNano: nanosOf(span.startMs),
  endTimeUnixNano: nanosOf(span.endMs),
  attributes: attributesOf(span.attributes),
  ...(hasFailed && { status: failed }),
})

/**
 * Spans as OTLP/HTTP carries them in JSON. Ours, since OpenTelemetry's serializer takes the spans of its SDK: to imitate
 * those takes more than this does.
 */
export const otlpOf = (spans: readonly Span[]) => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf({ 'service.name': 'holdfast-edge' }) },
      scopeSpans: [{ scope, spans: spans.map(wireSpan) }],
    },
  ],
})
