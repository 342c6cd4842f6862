import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import * as z from 'zod'

const Attribute = z.object({
  key: z.string(),
  value: z.object({ stringValue: z.string().optional(), intValue: z.coerce.number().optional() }),
})

const attributesOf = (attributes: z.infer<typeof Attribute>[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]))

const WireSpan = z.object({
  traceId: z.string().regex(/^[\da-f]{32}$/),
  spanId: z.string().regex(/^[\da-f]{16}$/),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  startTimeUnixNano: z.string().transform(BigInt),
  endTimeUnixNano: z.string().transform(BigInt),
  attributes: z.array(Attribute).default([]).transform(attributesOf),
  status: z.object({ code: z.int().optional() }).optional(),
})

const Delivery = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(Attribute).transform(attributesOf) }),
      scopeSpans: z.array(z.object({ spans: z.array(WireSpan) })),
    }),
  ),
})

/** A span as it was delivered, and by whom. */
export type Span = z.infer<typeof WireSpan> & { readonly service: string }

/** A collector of OTLP in JSON over HTTP, which can stop answering. */
export async function startCollector() {
  const spans: Span[] = []
  const authorizations = new Set<string | undefined>()
  let [mode, ignored]: ['takes' | 'hangs' | 'refuses', number] = ['takes', 0]
  const server = createServer(async (request, response) => {
    if (mode === 'hangs') ignored += 1
    if (mode === 'hangs') return
    const body = await json(request)
    if (mode === 'refuses') return void response.writeHead(500).end('no')
    authorizations.add(request.headers.authorization)
    for (const { resource, scopeSpans } of Delivery.parse(body).resourceSpans) {
      const service = String(resource.attributes['service.name'])
      spans.push(...scopeSpans.flatMap((scope) => scope.spans.map((span) => ({ ...span, service }))))
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the collector has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    authorizations,
    /** Deliveries that it has left without an answer. */
    ignored: () => ignored,
    become(next: typeof mode) {
      mode = next
      server.closeIdleConnections()
    },
    traceOf: (traceId: string) => spans.filter((span) => span.traceId === traceId),
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
export type Collector = Awaited<ReturnType<typeof startCollector>>

/** A span with what is below it, in the order in which it began. */
export interface Tree {
  readonly span: Span
  readonly below: readonly Tree[]
}

/** The spans of a trace below one of them, or below somebody who is not among them. */
export const treesUnder = (spans: readonly Span[], parentId: string | undefined): Tree[] =>
  spans
    .filter(({ parentSpanId }) => parentSpanId === parentId)
    .sort((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))
    .map((span) => ({ span, below: treesUnder(spans, span.spanId) }))

/** The names of what is below. */
export const namesOf = (trees: readonly Tree[]): string[] => trees.map(({ span }) => span.name)

/** The one below of that name. */
export function branch({ below }: Tree, name: string): Tree {
  const [found, another] = below.filter(({ span }) => span.name === name)
  if (!found || another) throw new Error(`not one ${name} among ${namesOf(below).join(', ')}`)
  return found
}
