import {
  AppId,
  type AppVerdict,
  accountIdOf,
  type DefaultProvider,
  ForeignUserId,
  headers,
  type IssuedVerdict,
  isRead,
  KeyQuestion,
  type Principal,
  Problem,
  patterns,
  userTokenTtlSeconds,
} from '@holdfast/contract'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { AppEnv, BodyEnv, EdgeVars, UserEnv } from '../../context.ts'
import { readJson } from '../../core-client.ts'
import { noBuyer } from '../../credentials.ts'
import { createKeyVerdicts } from '../../key-verdicts.ts'
import { assertOrigin, beyondKey, createKeyReader } from '../../middleware/app-auth.ts'
import { nameBuyer } from '../../middleware/buyer-address.ts'
import {
  bearerOf,
  describedBy,
  heldToken,
  mayVouch,
  refused,
  vouchedFor,
} from '../../middleware/user-auth.ts'
import type { Services } from '../../services.ts'
import { createTokenReader, type VerifyingSecrets } from '../../tokens.ts'
import { readBoundApp } from '../bound-app.ts'
import { wireUserId } from './ids.ts'
import { createOldTokens } from './old-tokens.ts'
import { Vouching } from './requests.ts'

/** What an operator sets for these routes. */
export interface UnifiedSettings {
  /** Of the existing deployment; absent, its user tokens are not accepted. */
  readonly jwtSecret?: Uint8Array | undefined
  /** The app that calls of /auth without a key are of; absent, they need one. */
  readonly defaultApp?: AppId | undefined
  /** What the apps of the console are paid by; absent, payments are simulated where core allows that. */
  readonly defaultProvider?: DefaultProvider | undefined
}

const noKey = {
  path: headers.apiKey,
  message:
    'is missing: send the key of your app, or have the operator name the app that calls without one are of, in UNIFIED_APP_ID',
}

/** After the user guard: the buyer as this API calls them. */
export interface BuyerEnv {
  Variables: UserEnv['Variables'] & { wireUserId: string }
}

const portOf = { 'http:': ':80', 'https:': ':443' } as Readonly<Record<string, string>>

/**
 * Whether pages of an origin may use an app: by an exact origin, by a host with its port, by a host whatever the scheme
 * and port, or by `*`. Nothing is compared by its beginning or end, and the pages of an app's shell have no host.
 */
export function isOriginOf(
  app: Pick<AppVerdict, 'allowedOrigins' | 'allowedDomains'>,
  origin: string,
): boolean {
  const url = URL.parse(origin)
  if (url === null || !origin.includes('://')) return false
  const ownPort = portOf[url.protocol]
  const hosts = ownPort === undefined ? [] : [url.host, url.hostname, `${url.hostname}${ownPort}`]
  const names = [origin, '*', ...hosts]
  return app.allowedOrigins.includes(origin) || names.some((name) => app.allowedDomains.includes(name))
}

/** What a key may do here: one of the predecessor's what its use says, whoever sends which headers. */
const asCaller = (app: IssuedVerdict): AppVerdict => {
  if (app.kind !== 'legacy') return { ...app, kind: app.kind }
  return { ...app, kind: app.use === 'server' ? 'secret' : 'publishable' }
}

/** The three layers as the predecessor has them. They set what those of `/v1` set, for the same routes behind them. */
export function unifiedGuards(
  {
    enforce,
    verdicts,
    platform,
    botCheck,
    revocations,
  }: Pick<Services, 'enforce' | 'verdicts' | 'platform' | 'botCheck' | 'revocations'>,
  { jwtSecret, defaultApp }: UnifiedSettings,
  userTokenSecrets: VerifyingSecrets,
) {
  const readKey = createKeyReader(createKeyVerdicts(verdicts, platform), enforce)
  const readOwn = createTokenReader('user', userTokenSecrets, userTokenTtlSeconds, platform)
  const readOld = jwtSecret && createOldTokens(jwtSecret, platform)

  const setApp = (c: Context<AppEnv>, caller: AppVerdict) => {
    c.set('app', caller)
    c.get('note').appId = caller.appId
    botCheck(c, 'nothing')
  }

  /** The app by `x-app-id` and `x-api-key`. Our own keys say by themselves whose they are. */
  const app = createMiddleware<AppEnv>(async function unifiedApp(c, next) {
    // What cannot be a key is a wrong one: core would find the question wrong instead.
    const key = KeyQuestion.shape.key.safeParse(c.req.header(headers.apiKey)).data
    const named = AppId.safeParse(c.req.header(headers.appId)).data
    const isOwn = key?.startsWith('hf_') ?? false
    const isNamed = isOwn || named !== undefined
    const known = key !== undefined && isNamed ? await readKey(c.var, key, isOwn ? undefined : named) : null
    if (!known || (named !== undefined && named !== known.appId)) throw new Problem('invalid_api_key')
    const caller = asCaller(known)
    assertOrigin(caller, c.req, (origin) => isOriginOf(caller, origin))
    setApp(c, caller)
    nameBuyer(c)
    await next()
  })

  /**
   * Who signs up or in shows the key of an app, as everybody does, or none: the predecessor asked for none here, so such a
   * call is one of the app that the operator has named for them.
   */
  const appOrDefault = createMiddleware<AppEnv>(async function unifiedAppOrDefault(c, next) {
    if (c.req.header(headers.apiKey) !== undefined) return app(c, next)
    const known = defaultApp && (await readBoundApp(verdicts, defaultApp, c.var))
    if (!known) throw new Problem('invalid_api_key', { errors: [noKey] })
    setApp(c, { ...known, kind: 'publishable' })
    return next()
  })

  /** Whom a token stands for with this app, whoever made it. @throws Problem `invalid_token` */
  const bearer = async (vars: AppEnv['Variables'], authorization: string): Promise<Principal> => {
    const own = await readOwn(authorization)
    const token = patterns.bearer.exec(authorization)?.[1] ?? ''
    const found = own ? heldToken(bearerOf(vars.app, own, () => true)) : await readOld?.(token)
    if (!found) throw noBuyer(vars.app, authorization)
    await revocations.assertGood(found, vars)
    return found.principal
  }

  /** The user of the pool that a token stands for. @throws Problem `invalid_token` */
  const poolUserOf = async (vars: AppEnv['Variables'], token: string): Promise<Principal> => {
    const found = await bearer(vars, `Bearer ${token}`)
    if (accountIdOf(found) === null) throw new Problem('invalid_token')
    return found
  }

  /**
   * The buyer: whom the app names as its own user, where it may vouch for them, or else the bearer of a token. A server of the
   * predecessor's sends tokens of its own system along, which say nothing here.
   */
  const user = createMiddleware<BuyerEnv>(async function unifiedUser(c, next) {
    const authorization = c.req.header('authorization')
    const said = vouchingOf((name) => c.req.header(name), c.var)
    // A `userId` in a body is often the buyer's own, beside their token, which then counts.
    const isNamed = said !== undefined && !(said.isBare && authorization !== undefined)
    const isVouched = isNamed && (mayVouch(c.get('app')) || authorization === undefined)
    if (isVouched) {
      const { appId } = c.get('app')
      c.set('principal', await vouchedFor(platform, c.get('app'), said.id))
      if (!isRead(c.req.method)) c.set('externalUser', describedBy(said.email, said.name))
      c.set('wireUserId', `ext_${appId}_${said.id}`)
      return next()
    }
    if (authorization === undefined) throw noBuyer(c.get('app'), undefined)
    const found = await bearer(c.var, authorization).catch((error: unknown) => {
      // Only a server calls from no page and names a user beside a token that is not ours.
      const isServer = said !== undefined && c.req.header('origin') === undefined
      throw isServer ? beyondKey(c.get('app'), 'forbidden') : error
    })
    c.set('principal', found)
    c.set('wireUserId', wireUserId(found))
    return next()
  })

  return { app, appOrDefault, user, poolUserOf }
}

interface Said {
  readonly id: string
  /** By `userId` alone. */
  readonly isBare?: boolean
  readonly email?: string | undefined
  readonly name?: string | undefined
}

/**
 * What an app says of its user: in headers, in `externalUser`, or by `userId` alone.
 * @throws Problem `invalid_request`
 */
function vouchingOf(
  header: (name: string) => string | undefined,
  { body }: Partial<BodyEnv['Variables']> & EdgeVars,
): Said | undefined {
  const named = header(headers.externalUserId)
  if (named !== undefined) {
    const { data: id, error } = ForeignUserId.safeParse(named)
    if (error) throw refused(headers.externalUserId, error.issues[0]?.message ?? 'is no id')
    return { id, email: header(headers.externalUserEmail), name: header(headers.externalUserName) }
  }
  const sent = body && readJson(Vouching, new TextDecoder().decode(body))
  return sent?.externalUser ?? (sent?.userId === undefined ? undefined : { id: sent.userId, isBare: true })
}
