import { AdminClaims, adminTokenTtlSeconds, type Platform, problemWith } from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import type { EdgeEnv } from '../context.ts'
import { createTokenReader, type VerifyingSecrets } from '../tokens.ts'
import { isListed } from './cors.ts'

/** Keeps pages of other origins from the admin routes. */
export const adminOrigin = (origins: readonly string[]) =>
  createMiddleware<EdgeEnv>(async function adminOrigin(c, next) {
    const origin = c.req.header('origin')
    if (origin !== undefined && !isListed(origin, origins))
      throw problemWith('origin_not_allowed', 'Add the origin of the console to ADMIN_ORIGINS of the edge.')
    await next()
  })

const signIn =
  'Sign in as the operator (POST /v1/admin/login) and send that token as Authorization: Bearer; no key and no token of a buyer is good here.'

/** Lets in who has an admin token; whether its session is still good, and what its admin may do, core decides. */
export function adminAuth(secrets: VerifyingSecrets, platform: Pick<Platform, 'now'>) {
  const read = createTokenReader('admin', secrets, adminTokenTtlSeconds, platform)
  return createMiddleware<EdgeEnv>(async function adminAuth(c, next) {
    const claims = AdminClaims.safeParse(await read(c.req.header('authorization') ?? '')).data
    if (!claims) throw problemWith('invalid_token', signIn)
    const { sub: name, jti: id, iat: issuedAt, stamp } = claims
    c.set('admin', true)
    c.set('operator', { name, id, issuedAt, stamp })
    await next()
  })
}
