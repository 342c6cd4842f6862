import { patterns } from '@holdfast/contract'

/** One span among those of a trace, as W3C Trace Context names it. */
export interface SpanName {
  /** 32 hexadecimal digits. */
  readonly traceId: string
  /** 16 hexadecimal digits. */
  readonly spanId: string
}

/**
 * Whose child a request says that it is; null when it says nothing that can be read. A later version of the header may
 * say more, of which nothing is taken. Nor are its flags: whether a trace is kept is not for clients to say.
 */
export function readTraceparent(header: string | undefined): SpanName | null {
  const [, traceId, spanId, more] = patterns.traceparent.exec(header ?? '') ?? []
  if (traceId === undefined || spanId === undefined) return null
  return more !== undefined && header?.startsWith('00-') ? null : { traceId, spanId }
}

/** The header that makes somebody a child of this span, and tells whether it is kept. */
export const traceparentOf = ({ traceId, spanId }: SpanName, isSampled: boolean): string =>
  `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`
