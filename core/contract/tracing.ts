import * as z from 'zod'
import { httpAddress, httpsOrPrivate, together } from './settings.ts'

const HeaderName = z.string().regex(/^[!#$%&'*+.^_`|~\w-]{1,200}$/)
const HeaderValue = z.string().regex(/^[!-~]{0,8192}$/)

/** `name=value,name=value`, values percent-encoded, as OpenTelemetry has it. */
const HeaderList = z
  .string()
  .default('')
  .transform((text, context) => {
    const pairs = text.split(',').filter((part) => part.trim() !== '')
    try {
      return Object.fromEntries(
        pairs.map((pair) => {
          const at = pair.indexOf('=')
          const [name, value] = [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()]
          return [HeaderName.parse(name).toLowerCase(), decodeURIComponent(HeaderValue.parse(value))]
        }),
      )
    } catch {
      context.addIssue('must be name=value,name=value with values percent-encoded')
      return z.NEVER
    }
  })

const collector = () => httpAddress('they go into OTEL_EXPORTER_OTLP_HEADERS').optional()

/** Settings of traces, by the names that OpenTelemetry has given them. */
export const tracingSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: collector().meta({
    description:
      'Where a collector takes OTLP over HTTP, e.g. `http://otel-collector:4318`; without it nothing is traced.',
    refused: 'what is no http or https URL; with headers, `http://` to a public host',
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector().meta({
    description: 'The same for traces alone, with the whole path; it goes before the other.',
    refused: 'what is no http or https URL; with headers, `http://` to a public host',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: HeaderList.meta({
    description: 'Headers by which the collector knows us, `name=value,name=value`, values percent-encoded.',
    refused: 'what is no such list',
    secret: true,
  }),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number('must be a number from 0 to 1').min(0).max(1).default(0.01).meta({
    description:
      'The part of requests that is traced, from 0 to 1. The edge decides by chance, whatever a client says, and core follows it.',
    refused: 'what is no number from 0 to 1',
  }),
}

type TracingEnv = z.output<z.ZodObject<typeof tracingSettings>>

const [isKept, clearText] = httpsOrPrivate

/** That what the collector knows us by is not told to whoever is on the way. */
export const collectorKeyKept = together<TracingEnv>()(
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_HEADERS'],
  `(or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) beside OTEL_EXPORTER_OTLP_HEADERS, which ${clearText}`,
  ({ OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own, ...env }) =>
    isKept(own ?? base ?? '') || Object.keys(env.OTEL_EXPORTER_OTLP_HEADERS).length === 0,
)

/** Where traces go, and how many of them. */
export interface TraceTarget {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly ratio: number
}

/** What of the environment is about traces; undefined when there are none. */
export function traceTargetOf(env: TracingEnv): TraceTarget | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = env
  const url = own ?? (base && `${base.replace(/\/$/, '')}/v1/traces`)
  if (url === undefined) return undefined
  return { url, headers: env.OTEL_EXPORTER_OTLP_HEADERS, ratio: env.OTEL_TRACES_SAMPLER_ARG }
}
