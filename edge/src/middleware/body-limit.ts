import { bodyBytesMax, inventoryBodyBytesMax, isRead, Problem, patterns } from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import { syncPath } from '../compat/unified-booking/paths.ts'
import type { EdgeEnv } from '../context.ts'
import { decoded, isPlain, isReadable, readCodings } from './content-coding.ts'

const carriesInventory = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
  method === 'PUT' ? patterns.inventoryPath.test(path) : method === 'POST' && path === syncPath

/** Says how much may be sent, and of inventory how to send the rest. */
const tooLarge = (limit: number): Problem => new Problem('body_too_large', { limit })

/**
 * Refuses what says that it is too large, or in a coding that is not read here, before anything else is done; what does not say
 * how large it is is counted as it is read.
 */
export const bodyLimit = createMiddleware<EdgeEnv>(async function bodyLimit(c, next) {
  const max = carriesInventory(c.req) ? inventoryBodyBytesMax : bodyBytesMax
  if (Number(c.req.header('content-length') ?? 0) > max) throw tooLarge(max)
  if (!isRead(c.req.method) && !isReadable(c.req.header('content-encoding'))) {
    c.get('always')['accept-encoding'] = readCodings
    throw new Problem('unsupported_encoding')
  }
  c.set('bodyBytesMax', max)
  await next()
})

/**
 * The bytes of a body, at most so many; of one that comes compressed, as they were before that.
 *
 * @throws Problem `body_too_large`; `invalid_request` of one whose client went away, or was cut off, before its end, or that
 * is not what its coding says
 */
export async function readBody(request: Request, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await bytesOf(request, bytesMax)
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem('invalid_request', {
      errors: [{ path: '', message: 'must come whole, and as Content-Encoding says' }],
    })
  }
}

async function bytesOf(request: Request, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  const { headers } = request
  // The server holds a client to the length it gave; a chunked body has none.
  if (isPlain(request) && headers.has('content-length') && !headers.has('transfer-encoding')) {
    const bytes = new Uint8Array(await request.arrayBuffer())
    if (bytes.length > bytesMax) throw tooLarge(bytesMax)
    return bytes
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunksOf(request)) {
    size += chunk.length
    if (size > bytesMax) throw tooLarge(bytesMax)
    chunks.push(chunk)
  }
  return joined(chunks, size)
}

/** Leaving the loop early cancels the stream, so that the rest is not read. */
async function* chunksOf(request: Request): AsyncGenerator<Uint8Array> {
  const reader = decoded(request)?.getReader()
  if (!reader) return
  let done = false
  try {
    for (;;) {
      const read = await reader.read()
      done = read.done
      if (read.done) return
      yield read.value
    }
  } finally {
    if (!done) reader.cancel().catch(() => {})
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}
