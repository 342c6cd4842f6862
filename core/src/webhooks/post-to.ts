import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { isIP } from 'node:net'
import { deliveryAnswerBytesMax } from '@holdfast/contract'

/** One POST, to the address that its URL was pinned to. */
export interface Post {
  readonly url: URL
  readonly address: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Ends the call and its connection, whatever they are doing. */
  readonly signal: AbortSignal
}

/**
 * Sends it and says the status of the answer. The connection is made to the address, by no other look-up, and is used
 * once; the certificate must be that of the URL's host. Redirects are answers like others.
 * @throws when no answer came; what it throws is for nobody to see.
 */
export function postTo({ url, address, headers, body, signal }: Post): Promise<number> {
  const isTls = url.protocol === 'https:'
  const bytes = Buffer.from(body)
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const request = (isTls ? requestTls : requestPlain)({
    host: address,
    port: url.port || (isTls ? 443 : 80),
    path: url.pathname + url.search,
    method: 'POST',
    headers: { ...headers, host: url.host, 'content-length': String(bytes.length), connection: 'close' },
    // A name for the certificate; an address is checked as it is and must not be sent as a name.
    ...(isTls && isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 && { servername: url.hostname }),
    // No pool: a connection that was pinned for one URL is never found by another.
    agent: false,
    signal,
  })
  request.on('error', reject)
  request.on('response', (response) => {
    resolve(response.statusCode ?? 0)
    discard(response)
  })
  request.end(bytes)
  return promise
}

/** Lets a well-behaved receiver end its answer, and hangs up on any other. */
function discard(response: IncomingMessage): void {
  let left = deliveryAnswerBytesMax
  response.on('error', () => {})
  response.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) response.destroy()
  })
}
