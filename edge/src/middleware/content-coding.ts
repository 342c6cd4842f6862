/** Codings of a body that are read here, as Workers and Node both have them; itself is none. */
const formats: ReadonlyMap<string, 'gzip' | undefined> = new Map([
  ['', undefined],
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
])

/** What may be in `Content-Encoding`, as a refusal tells it. */
export const readCodings = 'gzip'

const nameOf = (contentEncoding: string | null | undefined): string =>
  contentEncoding?.trim().toLowerCase() ?? ''

/** Whether a body that is coded so can be read. */
export const isReadable = (contentEncoding: string | undefined): boolean =>
  formats.has(nameOf(contentEncoding))

/** Whether a body comes as it is. */
export const isPlain = ({ headers }: Request): boolean =>
  formats.get(nameOf(headers.get('content-encoding'))) === undefined

/** The bytes of a body as they were before they were coded; whoever counts them may stop at any. */
export function decoded(request: Request): ReadableStream<Uint8Array> | null {
  const format = formats.get(nameOf(request.headers.get('content-encoding')))
  if (format === undefined || request.body === null) return request.body
  return request.body.pipeThrough(new DecompressionStream(format))
}
