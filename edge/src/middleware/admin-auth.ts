import { adminTokenTtlSeconds, type Platform, Problem } from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import type { EdgeEnv } from '../context.ts'
import { createTokenReader, type VerifyingSecrets } from '../tokens.ts'
import { isListed } from './cors.ts'

/** Keeps pages of other origins from the admin routes. */
export const adminOrigin = (origins: readonly string[]) =>
  createMiddleware<EdgeEnv>(async function adminOrigin(c, next) {
    const origin = c.req.header('origin')
    if (origin !== undefined && !isListed(origin, origins)) throw new Problem('origin_not_allowed')
    await next()
  })

/** Lets in who has an admin token. */
export function adminAuth(secrets: VerifyingSecrets, platform: Pick<Platform, 'now'>) {
  const read = createTokenReader('admin', secrets, adminTokenTtlSeconds, platform)
  return createMiddleware<EdgeEnv>(async function adminAuth(c, next) {
    const claims = await read(c.req.header('authorization') ?? '')
    if (!claims) throw new Problem('invalid_token')
    c.set('admin', true)
    await next()
  })
}
