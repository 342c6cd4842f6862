import {
  type AppVerdict,
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
  UserClaims,
  userTokenTtlSeconds,
} from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import type { AppEnv, UserEnv } from '../context.ts'
import { noBuyer } from '../credentials.ts'
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

/** Whom a token stands for with this app: a user of the pool anywhere, a guest where it was made. */
export function bearerOf(app: AppVerdict, payload: unknown): Pick<UserClaims, 'sub' | 'challenged'> {
  const claims = UserClaims.safeParse(payload).data
  const wrong = () => noBuyer(app, 'Bearer ')
  if (!claims) throw wrong()
  if (!isGuest(claims.sub) && !claims.sub.startsWith('pool:')) throw wrong()
  const elsewhere = claims.app !== undefined && claims.app !== app.appId
  if (elsewhere || (isGuest(claims.sub) && claims.app === undefined)) throw wrong()
  return claims
}

interface Buyer {
  readonly principal: Principal
  readonly challenged?: true | undefined
  readonly isVouchedFor?: true
}

/** Finds out who the buyer is; `user` insists on one, `userIfAny` also lets a server act for nobody in particular. */
export function userAuth(secrets: VerifyingSecrets, platform: Pick<Platform, 'now' | 'sha256'>) {
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
      const found = await vouchedFor(platform, app, decoded(external))
      return { principal: found, isVouchedFor: true }
    }
    if (authorization === undefined) return undefined
    const claims = await read(authorization)
    if (claims === null) throw noBuyer(app, authorization)
    const { sub: found, challenged } = bearerOf(app, claims)
    const isDenied = found.startsWith('pool:') && deniedUsers.has(found.slice('pool:'.length))
    if (isDenied) throw new Problem('user_deactivated')
    return { principal: found, challenged }
  }

  const user = createMiddleware<UserEnv>(async function user(c, next) {
    const found = await find(c.var, (name) => c.req.header(name))
    if (!found) throw noBuyer(c.get('app'), undefined)
    c.set('principal', found.principal)
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
  const readGuest = async (app: AppVerdict, token: string): Promise<Principal> => {
    const claims = UserClaims.safeParse(await read(`Bearer ${token}`)).data
    if (claims?.app !== app.appId || !isGuest(claims.sub))
      throw refused('guestToken', 'is no token of a guest of this app, or its time is over')
    return claims.sub
  }

  return { user, userIfAny, readGuest }
}
