import { bodyBytesMax, inventoryBodyBytesMax, Problem } from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import { syncPath } from '../compat/unified-booking/paths.ts'
import type { EdgeEnv } from '../context.ts'

const inventoryPath = /^\/v1\/events\/[^/]+\/(seats|plan)$/

const carriesInventory = ({ method, path }: { readonly method: string; readonly path: string }): boolean =>
  method === 'PUT' ? inventoryPath.test(path) : method === 'POST' && path === syncPath

/** Refuses what says that it is too large before anything else is done; what says nothing is counted as it is read. */
export const bodyLimit = createMiddleware<EdgeEnv>(async function bodyLimit(c, next) {
  const max = carriesInventory(c.req) ? inventoryBodyBytesMax : bodyBytesMax
  if (Number(c.req.header('content-length') ?? 0) > max) throw new Problem('body_too_large')
  c.set('bodyBytesMax', max)
  await next()
})

/**
 * The bytes of a body, at most so many.
 *
 * @throws Problem `body_too_large`
 */
export async function readBody(request: Request, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
  const { headers } = request
  // The server holds a client to the length it gave; a chunked body has none.
  if (headers.has('content-length') && !headers.has('transfer-encoding')) {
    const bytes = new Uint8Array(await request.arrayBuffer())
    if (bytes.length > bytesMax) throw new Problem('body_too_large')
    return bytes
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunksOf(request)) {
    size += chunk.length
    if (size > bytesMax) throw new Problem('body_too_large')
    chunks.push(chunk)
  }
  return joined(chunks, size)
}

/** Leaving the loop early cancels the stream, so that the rest is not read. */
async function* chunksOf(request: Request): AsyncGenerator<Uint8Array> {
  const reader = request.body?.getReader()
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
