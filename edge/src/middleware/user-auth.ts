import {
  type AppVerdict,
  headers,
  idPattern,
  type Platform,
  type Principal,
  Problem,
  principal,
  UserClaims,
  userTokenTtlSeconds,
} from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import type { AppEnv, UserEnv } from '../context.ts'
import { createTokenReader } from '../tokens.ts'

/** The app's own user, for whom its server vouches. A browser could claim to be anyone. */
function vouchedFor(app: AppVerdict, id: string): Principal {
  if (app.kind !== 'secret') throw new Problem('forbidden')
  if (idPattern.test(id)) return principal.external(app.appId, id)
  const message = 'must be 1 to 64 characters of A-Z a-z 0-9 . _ ~ -'
  throw new Problem('invalid_request', { errors: [{ path: headers.externalUserId, message }] })
}

/** Whom a token stands for with this app: a user of the pool anywhere, a guest where it was made. */
function bearerOf(app: AppVerdict, payload: unknown): Principal {
  const claims = UserClaims.safeParse(payload).data
  if (!claims) throw new Problem('invalid_token')
  const isGuest = claims.sub.startsWith('guest:')
  if (!isGuest && !claims.sub.startsWith('pool:')) throw new Problem('invalid_token')
  const elsewhere = claims.app !== undefined && claims.app !== app.appId
  if (elsewhere || (isGuest && claims.app === undefined)) throw new Problem('invalid_token')
  return claims.sub
}

/** Finds out who the buyer is; `user` insists on one, `userIfAny` also lets a server act for nobody in particular. */
export function userAuth(secret: Uint8Array, platform: Pick<Platform, 'now'>) {
  const read = createTokenReader('user', secret, userTokenTtlSeconds, platform)

  const find = async (
    app: AppVerdict,
    external: string | undefined,
    authorization: string | undefined,
  ): Promise<Principal | undefined> => {
    if (external !== undefined && authorization !== undefined) {
      const message = 'cannot be sent together with Authorization'
      throw new Problem('invalid_request', { errors: [{ path: headers.externalUserId, message }] })
    }
    if (external !== undefined) return vouchedFor(app, external)
    if (authorization === undefined) return undefined
    return bearerOf(app, await read(authorization))
  }

  const user = createMiddleware<UserEnv>(async function user(c, next) {
    const found = await find(
      c.get('app'),
      c.req.header(headers.externalUserId),
      c.req.header('authorization'),
    )
    if (!found) throw new Problem('invalid_token')
    c.set('principal', found)
    await next()
  })

  const userIfAny = createMiddleware<AppEnv>(async function userIfAny(c, next) {
    const found = await find(
      c.get('app'),
      c.req.header(headers.externalUserId),
      c.req.header('authorization'),
    )
    if (!found && c.get('app').kind !== 'secret') throw new Problem('invalid_token')
    if (found) c.set('principal', found)
    await next()
  })

  return { user, userIfAny }
}
