import { faultNameOf, type Platform, spanExportMs, type TraceTarget } from '@holdfast/contract'
import {
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { ExportResultCode } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  type IdGenerator,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import {
  ATTR_ERROR_TYPE,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
} from '@opentelemetry/semantic-conventions'
import type { MiddlewareHandler } from 'hono'
import type { Log } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import type { Observe, Work } from './observe.ts'
import { attributesOf, type DbSystem } from './span-attributes.ts'
import { traceRequests } from './trace-requests.ts'

/** Traces of one core, by OpenTelemetry's own SDK. */
export interface Tracing {
  /** Makes a span of each piece of work of what is traced. */
  readonly observe: Observe
  /** Makes a span of each request that the edge has signed, below the edge's. */
  readonly requests: MiddlewareHandler<CoreEnv>
  /** Delivers what is left, if it can. */
  stop(): Promise<void>
}

/** Spans that wait for a delivery, and those that one takes; more are lost. */
const spansWaitingMax = 2_048
const spansPerExport = 512
const exportEveryMs = 1_000

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const idsFrom = ({ random }: Pick<Platform, 'random'>): IdGenerator => ({
  generateTraceId: () => hex(random(16)),
  generateSpanId: () => hex(random(8)),
})

/** An exporter whose losses are told, by their number: what a collector answers is not for a log. */
function toldOf(exporter: SpanExporter, log: Log): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code !== ExportResultCode.SUCCESS) {
          log({ level: 'warn', event: 'spans_lost', spans: spans.length })
        }
        done({ code: result.code })
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  }
}

/** Whether what belongs to this span is kept, be it over or not: what a commit promised is done after the answer. */
const isKept = (span: Span): boolean => (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0

/** Whether work that belongs to no request begins a trace: what the outbox has left to do. The rest is upkeep. */
const beginsTrace = ({ kind }: Work): boolean => kind === 'row'

const observeBy =
  (tracer: Tracer, db: DbSystem): Observe =>
  (work, run) => {
    const above = trace.getActiveSpan()
    if (above ? !isKept(above) : !beginsTrace(work)) return run()
    const isOurs = work.kind === 'stage' || work.kind === 'row'
    const kind = isOurs ? SpanKind.INTERNAL : SpanKind.CLIENT
    const name = `${work.kind} ${work.name}`
    return tracer.startActiveSpan(name, { kind, attributes: attributesOf(work, db) }, async (span) => {
      try {
        return await run()
      } catch (error) {
        // Its name alone: a message quotes commands, keys and addresses.
        span.setAttribute(ATTR_ERROR_TYPE, faultNameOf(error))
        span.setStatus({ code: SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    })
  }

/** Starts to trace. Whether a request is kept is decided before, by the edge; of what begins here, by chance. */
export function startTracing(
  { url, headers, ratio }: TraceTarget,
  { platform, log, db }: { readonly platform: Platform; readonly log: Log; readonly db: DbSystem },
): Tracing {
  const ids = idsFrom(platform)
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: spanExportMs })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      [ATTR_SERVICE_NAME]: 'holdfast-core',
      [ATTR_SERVICE_INSTANCE_ID]: ids.generateTraceId(),
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    idGenerator: ids,
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: toldOf(exporter, log),
        maxQueueSize: spansWaitingMax,
        maxExportBatchSize: spansPerExport,
        scheduledDelayMillis: exportEveryMs,
        exportTimeoutMillis: spanExportMs,
      }),
    ],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  const tracer = provider.getTracer('holdfast-core')
  return {
    observe: observeBy(tracer, db),
    requests: traceRequests(tracer),
    stop: () => provider.shutdown(),
  }
}
