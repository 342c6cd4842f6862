import {
  AppId,
  type AppVerdict,
  headers,
  type IssuedVerdict,
  KeyQuestion,
  loginsPerMinute,
  type Principal,
  Problem,
  UserClaims,
  userTokenTtlSeconds,
} from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import { clientKey } from '../../client-address.ts'
import type { AppEnv, BodyEnv, EdgeEnv, EdgeVars, UserEnv } from '../../context.ts'
import { readJson } from '../../core-client.ts'
import { createKeyVerdicts } from '../../key-verdicts.ts'
import { assertOrigin, createKeyReader } from '../../middleware/app-auth.ts'
import { bearerOf, describedBy, vouchedFor } from '../../middleware/user-auth.ts'
import type { Services } from '../../services.ts'
import { createTokenReader, type VerifyingSecrets } from '../../tokens.ts'
import { userIdOf, wireUserId } from './ids.ts'
import { createOldTokens } from './old-tokens.ts'
import { Vouching } from './requests.ts'

/** The secrets of user tokens: of ours, and of the predecessor's while an operator accepts those. */
export interface TokenSecrets {
  readonly own: VerifyingSecrets
  readonly old?: Uint8Array | undefined
}

/** After the user guard: the buyer as this API calls them. */
export interface BuyerEnv {
  Variables: UserEnv['Variables'] & { wireUserId: string }
}

/**
 * Whether pages of an origin may use an app: by an exact origin, by a host with its port, by a host whatever the scheme
 * and port, or by `*`. Nothing is compared by its beginning or end.
 */
export function isOriginOf(
  app: Pick<AppVerdict, 'allowedOrigins' | 'allowedDomains'>,
  origin: string,
): boolean {
  if (!/^https?:\/\//.test(origin) || !URL.canParse(origin)) return false
  const { host, hostname } = new URL(origin)
  const names = [origin, host, hostname, '*']
  return app.allowedOrigins.includes(origin) || names.some((name) => app.allowedDomains.includes(name))
}

/** What a key may do here: one of the predecessor's is a page's key on a page, and a server's elsewhere. */
const asCaller = (app: IssuedVerdict, origin: string | undefined): AppVerdict => {
  if (app.kind !== 'legacy') return { ...app, kind: app.kind }
  return { ...app, kind: origin === undefined ? 'secret' : 'publishable' }
}

/** The three layers as the predecessor has them. They set what those of `/v1` set, for the same routes behind them. */
export function unifiedGuards(
  {
    enforce,
    verdicts,
    platform,
    guards,
    botCheck,
  }: Pick<Services, 'enforce' | 'verdicts' | 'platform' | 'guards' | 'botCheck'>,
  secrets: TokenSecrets,
) {
  const readKey = createKeyReader(createKeyVerdicts(verdicts, platform), enforce)
  const readOwn = createTokenReader('user', secrets.own, userTokenTtlSeconds, platform)
  const readOld = secrets.old && createOldTokens(secrets.old, platform)

  /** The app by `x-app-id` and `x-api-key`. Our own keys say by themselves whose they are. */
  const app = createMiddleware<AppEnv>(async function unifiedApp(c, next) {
    // What cannot be a key is a wrong one: core would find the question wrong instead.
    const key = KeyQuestion.shape.key.safeParse(c.req.header(headers.apiKey)).data
    const named = AppId.safeParse(c.req.header(headers.appId)).data
    const isOwn = key?.startsWith('hf_') ?? false
    const isNamed = isOwn || named !== undefined
    const known = key !== undefined && isNamed ? await readKey(c.var, key, isOwn ? undefined : named) : null
    if (!known || (named !== undefined && named !== known.app.appId)) throw new Problem('invalid_api_key')
    const caller = asCaller(known.app, c.req.header('origin'))
    assertOrigin(caller, c.req, (origin) => isOriginOf(caller, origin))
    c.set('app', caller)
    c.set('deniedUsers', known.deniedUsers)
    c.get('note').appId = caller.appId
    botCheck(c, 'nothing')
    await next()
  })

  /** The pool of users is no app's own, so signing up and in needs none; who shows a key must have a good one. */
  const appIfAny = createMiddleware<EdgeEnv>(async function unifiedAppIfAny(c, next) {
    return c.req.header(headers.apiKey) === undefined ? next() : app(c as never, next)
  })

  const logins = createMiddleware<EdgeEnv>(async function unifiedLogins(c, next) {
    if (c.get('app')) return guards.logins(c as never, next)
    const key = `login:${clientKey(c.get('clientAddress'))}`
    const rule = { key, limit: loginsPerMinute, windowMs: 60_000 }
    await enforce(c.var, { rules: [rule], policy: 'closed' })
    return next()
  })

  /** Whom a token stands for, whoever made it; null when it is not good. */
  const poolUserOf = async (token: string): Promise<Principal | null> => {
    const claims = UserClaims.safeParse(await readOwn(`Bearer ${token}`)).data
    if (claims) return claims.sub.startsWith('pool:') ? claims.sub : null
    return (await readOld?.(token)) ?? null
  }

  const bearer = async (
    { app, deniedUsers }: AppEnv['Variables'],
    authorization: string,
  ): Promise<Principal> => {
    const own = await readOwn(authorization)
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? ''
    const found = own ? bearerOf(app, own) : await readOld?.(token)
    if (!found) throw new Problem('invalid_token')
    const isDenied = found.startsWith('pool:') && deniedUsers.has(found.slice('pool:'.length))
    if (isDenied) throw new Problem('user_deactivated')
    return found
  }

  /** The buyer: by a token, or else by the word of their app in headers or in the body. */
  const user = createMiddleware<BuyerEnv>(async function unifiedUser(c, next) {
    const authorization = c.req.header('authorization')
    if (authorization !== undefined) {
      const found = await bearer(c.var, authorization)
      c.set('principal', found)
      c.set('wireUserId', wireUserId(found))
      return next()
    }
    const said = vouchingOf((name) => c.req.header(name), c.var)
    if (!said) throw new Problem('invalid_token')
    const { appId } = c.get('app')
    c.set('principal', vouchedFor(c.get('app'), await userIdOf(platform, said.id)))
    c.set('externalUser', describedBy(said.email, said.name))
    c.set('wireUserId', `ext_${appId}_${said.id}`)
    return next()
  })

  return { app, appIfAny, logins, user, poolUserOf }
}

interface Said {
  readonly id: string
  readonly email?: string | undefined
  readonly name?: string | undefined
}

/** What an app says of its user: in headers, in `externalUser`, or by `userId` alone. */
function vouchingOf(
  header: (name: string) => string | undefined,
  { body }: Partial<BodyEnv['Variables']> & EdgeVars,
): Said | undefined {
  const id = header(headers.externalUserId)
  if (id) return { id, email: header(headers.externalUserEmail), name: header(headers.externalUserName) }
  const sent = body && readJson(Vouching, new TextDecoder().decode(body))
  return sent?.externalUser ?? (sent?.userId === undefined ? undefined : { id: sent.userId })
}
