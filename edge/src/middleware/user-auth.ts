import {
  type AppVerdict,
  accountIdOf,
  ExternalUser,
  ForeignUserId,
  foreignUserId,
  headers,
  isGuest,
  isRead,
  nameLengthMax,
  type Platform,
  type Principal,
  Problem,
  principal,
  type ShownToken,
  UserClaims,
  userTokenTtlSeconds,
} from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import type { AppEnv, UserEnv } from '../context.ts'
import { noBuyer } from '../credentials.ts'
import type { HeldToken, Revocations } from '../revocations.ts'
import { createTokenReader, type VerifyingSecrets } from '../tokens.ts'
import { beyondKey } from './app-auth.ts'

export const refused = (path: string, message: string) =>
  new Problem('invalid_request', { errors: [{ path, message }] })

/** Whether a caller may say who its user is. A browser could claim to be anyone, so its word counts only with an app that has said so. */
export const mayVouch = ({ kind, browserVouching }: AppVerdict): boolean =>
  kind === 'secret' || browserVouching

const forPages = `Only a server may name its user in ${headers.externalUserId}, with the secret key. On a page the user signs in, and their token is sent as Authorization: Bearer.`

/** The app's own user, for whom its server vouches: any text, of which one that can be no id is known by its digest. */
export async function vouchedFor(
  platform: Pick<Platform, 'sha256'>,
  app: AppVerdict,
  said: string,
): Promise<Principal> {
  if (!mayVouch(app)) throw beyondKey(app, 'forbidden', forPages)
  const { data: id, error } = ForeignUserId.safeParse(said)
  if (error) throw refused(headers.externalUserId, error.issues[0]?.message ?? 'is no id')
  return principal.external(app.appId, await foreignUserId(platform, id))
}

/**
 * Headers are Latin at best, so other letters come as `encodeURIComponent` writes them, or as the bytes of UTF-8, each of which
 * has been read as a letter.
 */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text.includes('%') ? text : utf8Of(text))
  } catch {
    return text
  }
}

/** @throws TypeError the letters are no bytes of UTF-8 */
const utf8Of = (text: string): string => {
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0))
  const isBytes = [...text].every((letter) => letter.charCodeAt(0) <= 0xff)
  return isBytes ? new TextDecoder('utf-8', { fatal: true }).decode(bytes) : text
}

/** What is said of the app's own user beside their id. */
export function describedBy(email: string | undefined, name: string | undefined): ExternalUser {
  const said = { ...(email && { email: decoded(email) }), ...(name && { name: decoded(name) }) }
  const { data, error } = ExternalUser.safeParse(said)
  if (data) return data
  const isEmail = error.issues[0]?.path[0] === 'email'
  throw isEmail
    ? refused(headers.externalUserEmail, 'must be an e-mail address')
    : refused(
        headers.externalUserName,
        `must be 1 to ${nameLengthMax} characters, none of which controls how others are shown`,
      )
}

/**
 * Whom a token stands for with this app, which has made it.
 *
 * @param isPoolGood whether a token of a user of the pool that no app has made will do.
 */
export function bearerOf(
  app: AppVerdict,
  payload: unknown,
  isPoolGood: (claims: UserClaims) => boolean,
): UserClaims {
  const claims = UserClaims.safeParse(payload).data
  const wrong = () => noBuyer(app, 'Bearer ')
  if (!claims) throw wrong()
  const isPool = accountIdOf(claims.sub) !== null
  if (!isGuest(claims.sub) && !isPool) throw wrong()
  const isGood = claims.app === undefined ? isPool && isPoolGood(claims) : claims.app === app.appId
  if (!isGood) throw wrong()
  return claims
}

/** The token that was shown, as it may have been ended. */
export const heldToken = ({ sub, jti, iat }: UserClaims): HeldToken => ({
  principal: sub,
  id: jti,
  issuedAt: iat,
})

interface Buyer {
  readonly principal: Principal
  readonly challenged?: true | undefined
  readonly token?: ShownToken
  readonly isVouchedFor?: true
}

/** What tokens of buyers are read with. */
export interface UserAuthDeps {
  readonly secrets: VerifyingSecrets
  /** Until when a token is good that no app has made, by a version before; undefined: until its own end. */
  readonly poolTokensUntilMs?: number | undefined
  readonly revocations: Revocations
  readonly platform: Pick<Platform, 'now' | 'sha256'>
}

/** Finds out who the buyer is; `user` insists on one, `userIfAny` also lets a server act for nobody in particular. */
export function userAuth({ secrets, poolTokensUntilMs, revocations, platform }: UserAuthDeps) {
  const read = createTokenReader('user', secrets, userTokenTtlSeconds, platform)
  const isPoolGood = ({ pool }: UserClaims) =>
    !pool && (poolTokensUntilMs === undefined || platform.now() < poolTokensUntilMs)

  const find = async (
    vars: AppEnv['Variables'],
    header: (name: string) => string | undefined,
  ): Promise<Buyer | undefined> => {
    const { app } = vars
    const external = header(headers.externalUserId)
    const authorization = header('authorization')
    if (external !== undefined && authorization !== undefined) {
      throw refused(headers.externalUserId, 'cannot be sent together with Authorization')
    }
    if (external !== undefined) {
      const found = await vouchedFor(platform, app, decoded(external))
      return { principal: found, isVouchedFor: true }
    }
    if (authorization === undefined) return undefined
    const claims = await read(authorization)
    if (claims === null) throw noBuyer(app, authorization)
    const bearer = bearerOf(app, claims, isPoolGood)
    await revocations.assertGood(heldToken(bearer), vars)
    const { sub: found, challenged, jti: id, iat: issuedAt } = bearer
    return { principal: found, challenged, token: { id, issuedAt } }
  }

  const user = createMiddleware<UserEnv>(async function user(c, next) {
    const found = await find(c.var, (name) => c.req.header(name))
    if (!found) throw noBuyer(c.get('app'), undefined)
    c.set('principal', found.principal)
    if (found.token) c.set('token', found.token)
    if (found.challenged) c.set('challenged', true)
    // Of a read nothing is kept, so whatever is said of its user beside their id, it is answered.
    if (found.isVouchedFor && !isRead(c.req.method)) {
      const said = [c.req.header(headers.externalUserEmail), c.req.header(headers.externalUserName)] as const
      c.set('externalUser', describedBy(...said))
    }
    await next()
  })

  const userIfAny = createMiddleware<AppEnv>(async function userIfAny(c, next) {
    const found = await find(c.var, (name) => c.req.header(name))
    if (!found && c.get('app').kind !== 'secret') throw noBuyer(c.get('app'), undefined)
    if (found) c.set('principal', found.principal)
    await next()
  })

  /** @throws Problem `invalid_request` when the body's `guestToken` is none of a guest of this app. */
  const readGuest = async (vars: AppEnv['Variables'], token: string): Promise<Principal> => {
    const claims = UserClaims.safeParse(await read(`Bearer ${token}`)).data
    if (claims?.app !== vars.app.appId || !isGuest(claims.sub))
      throw refused('guestToken', 'is no token of a guest of this app, or its time is over')
    await revocations.assertGood(heldToken(claims), vars)
    return claims.sub
  }

  return { user, userIfAny, readGuest }
}
