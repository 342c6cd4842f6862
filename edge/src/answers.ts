import { largeAnswerBytesMin } from '@holdfast/contract'
import type { Context } from 'hono'
import { isKnown } from './etag.ts'

/** Answers about one buyer are for nobody's cache. */
export const noStore = { 'cache-control': 'no-store' } as const

/** Answers that a client may keep, if it asks each time whether they still hold. */
const revalidate = { 'cache-control': 'private, no-cache' } as const

/** A body as it is; a large one as bytes whose number is told, for the budget of reads goes by it. */
function withBody(
  body: string | Uint8Array<ArrayBuffer>,
  status: number,
  headers: Record<string, string>,
): Response {
  if (body.length < largeAnswerBytesMin) return new Response(body, { status, headers })
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  return new Response(bytes, { status, headers: { ...headers, 'content-length': String(bytes.length) } })
}

/** JSON as it was written, byte for byte; of nothing, an answer without a body. */
export const jsonText = (text: string, status: number, headers: Record<string, string>): Response =>
  text === ''
    ? new Response(null, { status, headers })
    : withBody(text, status, { 'content-type': 'application/json', ...headers })

/** A representation with its entity tag, or 304 if the client has it already. */
export function tagged(
  c: Context,
  {
    body,
    etag,
    type,
    headers = {},
  }: {
    readonly body: string | Uint8Array<ArrayBuffer>
    readonly etag: string
    readonly type: string
    readonly headers?: Record<string, string>
  },
): Response {
  const all = { etag, ...revalidate, ...headers }
  if (isKnown(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers: all })
  return withBody(body, 200, { 'content-type': type, ...all })
}
