import type { Platform } from '@holdfast/contract'
import { readTraceparent, type SpanName, traceparentOf } from './traceparent.ts'

/** What is said of a span beside its name. */
export type Attributes = Readonly<Record<string, string | number | undefined>>

/** A piece of work that has ended. */
export interface Span extends SpanName {
  readonly parentId?: string | undefined
  readonly kind: 'server' | 'client'
  readonly name: string
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Attributes
  readonly hasFailed: boolean
}

/** Delivers the spans of one request, within a deadline, or loses them. Never throws. */
export type ExportSpans = (spans: readonly Span[]) => Promise<void>

/** Which requests are traced, and who is told. */
export interface Tracing {
  /** Of all requests, the part that is traced: 0 to 1. */
  readonly ratio: number
  readonly send: ExportSpans
}

/** The trace of one request. */
export interface Trace {
  readonly traceId: string
  readonly isSampled: boolean
  /** Begins what the request waits for, and gives the header that it sends along and what ends it. */
  child(name: string, attributes: Attributes): { readonly traceparent: string; end(hasFailed: boolean): void }
  /** Ends the request, and has what is to be delivered go on `afterwards`. */
  end(root: Pick<Span, 'name' | 'attributes' | 'hasFailed'>, afterwards: (work: Promise<void>) => void): void
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')

/** Whether chance has it, by 32 random bits. */
const falls = (ratio: number, random: Platform['random']): boolean =>
  Number.parseInt(hex(random(4)), 16) < ratio * 2 ** 32

/**
 * Begins the trace of each request. One that comes with a traceparent joins that trace, under a span of its own, but
 * whether it is kept is decided here by chance: otherwise anybody could have all of their requests written down, or
 * none. Core is told of the decision and follows it.
 */
export function createTracer({ ratio, send }: Tracing, platform: Pick<Platform, 'now' | 'random'>) {
  const { now, random } = platform

  return function begin(header: string | undefined): Trace {
    const parent = readTraceparent(header)
    const traceId = parent?.traceId ?? hex(random(16))
    const isSampled = falls(ratio, random)
    const root = { traceId, spanId: hex(random(8)) }
    const startMs = now()
    const spans: Span[] = []
    return {
      traceId,
      isSampled,
      child(name, attributes) {
        if (!isSampled) return { traceparent: traceparentOf(root, false), end: () => {} }
        const own = { traceId, spanId: hex(random(8)) }
        const beganMs = now()
        const end = (hasFailed: boolean) => {
          const [kind, times] = ['client' as const, { startMs: beganMs, endMs: now() }]
          spans.push({ ...own, parentId: root.spanId, kind, name, ...times, attributes, hasFailed })
        }
        return { traceparent: traceparentOf(own, true), end }
      },
      end(named, afterwards) {
        if (!isSampled) return
        const own = { ...root, parentId: parent?.spanId, kind: 'server' as const }
        afterwards(send([{ ...own, ...named, startMs, endMs: now() }, ...spans]))
      },
    }
  }
}
