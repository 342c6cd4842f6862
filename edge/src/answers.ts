import type { Context } from 'hono'
import { isKnown } from './etag.ts'

/** Answers about one buyer are for nobody's cache. */
export const noStore = { 'cache-control': 'no-store' } as const

/** Answers that a client may keep, if it asks each time whether they still hold. */
const revalidate = { 'cache-control': 'private, no-cache' } as const

/** JSON as core wrote it, byte for byte; of nothing, an answer without a body. */
export const jsonText = (text: string, status: number, headers: Record<string, string>): Response =>
  text === ''
    ? new Response(null, { status, headers })
    : new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } })

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
  return new Response(body, { status: 200, headers: { 'content-type': type, ...all } })
}
