import {
  type AppVerdict,
  ExternalUser,
  headers,
  idPattern,
  nameLengthMax,
  type Platform,
  type Principal,
  Problem,
  principal,
  UserClaims,
  userTokenTtlSeconds,
} from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import type { AppEnv, UserEnv } from '../context.ts'
import { createTokenReader, type VerifyingSecrets } from '../tokens.ts'

const refused = (path: string, message: string) =>
  new Problem('invalid_request', { errors: [{ path, message }] })

/**
 * The app's own user, for whom its server vouches. A browser could claim to be anyone, so its word counts only with an
 * app that has said so.
 */
export function vouchedFor(app: AppVerdict, id: string): Principal {
  if (app.kind !== 'secret' && !app.browserVouching) throw new Problem('forbidden')
  if (idPattern.test(id)) return principal.external(app.appId, id)
  throw refused(headers.externalUserId, 'must be 1 to 64 characters of A-Z a-z 0-9 . _ ~ -')
}

/** Headers are Latin at best, so other letters come as `encodeURIComponent` writes them. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What is said of the app's own user beside their id. */
export function describedBy(email: string | undefined, name: string | undefined): ExternalUser {
  const said = { ...(email && { email }), ...(name && { name: decoded(name) }) }
  const { data, error } = ExternalUser.safeParse(said)
  if (data) return data
  const isEmail = error.issues[0]?.path[0] === 'email'
  throw isEmail
    ? refused(headers.externalUserEmail, 'must be an e-mail address')
    : refused(
        headers.externalUserName,
        `must be 1 to ${nameLengthMax} characters and none of them a control character`,
      )
}

/** Whom a token stands for with this app: a user of the pool anywhere, a guest where it was made. */
export function bearerOf(app: AppVerdict, payload: unknown): Principal {
  const claims = UserClaims.safeParse(payload).data
  if (!claims) throw new Problem('invalid_token')
  const isGuest = claims.sub.startsWith('guest:')
  if (!isGuest && !claims.sub.startsWith('pool:')) throw new Problem('invalid_token')
  const elsewhere = claims.app !== undefined && claims.app !== app.appId
  if (elsewhere || (isGuest && claims.app === undefined)) throw new Problem('invalid_token')
  return claims.sub
}

interface Buyer {
  readonly principal: Principal
  readonly externalUser?: ExternalUser
}

/** Finds out who the buyer is; `user` insists on one, `userIfAny` also lets a server act for nobody in particular. */
export function userAuth(secrets: VerifyingSecrets, platform: Pick<Platform, 'now'>) {
  const read = createTokenReader('user', secrets, userTokenTtlSeconds, platform)

  const find = async (
    { app, deniedUsers }: AppEnv['Variables'],
    header: (name: string) => string | undefined,
  ): Promise<Buyer | undefined> => {
    const external = header(headers.externalUserId)
    const authorization = header('authorization')
    if (external !== undefined && authorization !== undefined) {
      throw refused(headers.externalUserId, 'cannot be sent together with Authorization')
    }
    if (external !== undefined) {
      const found = vouchedFor(app, external)
      const said = describedBy(header(headers.externalUserEmail), header(headers.externalUserName))
      return { principal: found, externalUser: said }
    }
    if (authorization === undefined) return undefined
    const found = bearerOf(app, await read(authorization))
    const isDenied = found.startsWith('pool:') && deniedUsers.has(found.slice('pool:'.length))
    if (isDenied) throw new Problem('user_deactivated')
    return { principal: found }
  }

  const user = createMiddleware<UserEnv>(async function user(c, next) {
    const found = await find(c.var, (name) => c.req.header(name))
    if (!found) throw new Problem('invalid_token')
    c.set('principal', found.principal)
    if (found.externalUser) c.set('externalUser', found.externalUser)
    await next()
  })

  const userIfAny = createMiddleware<AppEnv>(async function userIfAny(c, next) {
    const found = await find(c.var, (name) => c.req.header(name))
    if (!found && c.get('app').kind !== 'secret') throw new Problem('invalid_token')
    if (found) c.set('principal', found.principal)
    await next()
  })

  return { user, userIfAny }
}
