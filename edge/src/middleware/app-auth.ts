import {
  type AppId,
  type AppVerdict,
  headers,
  type IssuedVerdict,
  isRead,
  keyMissesPerMinute,
  Problem,
  problemWith,
} from '@holdfast/contract'
import type { HonoRequest } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { AppEnv, EdgeVars } from '../context.ts'
import { otherApp, wrongKey } from '../credentials.ts'
import type { KeyVerdicts } from '../key-verdicts.ts'
import type { BotCheck } from './bot-check.ts'
import { nameBuyer } from './buyer-address.ts'
import { addressRules, type Enforce } from './rate-limit.ts'

/** What a key of ours looks like; anything else need not be looked up. */
const keyShape = /^hf_(pk|sk)_[A-Za-z0-9_-]{20,120}$/

/** A predecessor's key is for the predecessors' routes, which have a guard of their own. */
const isOwn = (app: IssuedVerdict): app is IssuedVerdict & AppVerdict => app.kind !== 'legacy'

/** Whose key it is; a key that says nothing of itself is one of the app that is named beside it. Null: a wrong key. */
export type KeyReader = (vars: EdgeVars, key: string, appId?: AppId) => Promise<IssuedVerdict | null>

/** Reads keys, and slows down who guesses them. */
export const createKeyReader =
  (verdicts: KeyVerdicts, enforce: Enforce): KeyReader =>
  (vars, key, appId) =>
    verdicts({
      key,
      ...(appId !== undefined && { appId }),
      caller: vars,
      onMiss() {
        const most = { limit: keyMissesPerMinute, windowMs: 60_000 }
        const rules = addressRules('miss', vars.clientAddress, most)
        return enforce(vars, { rules, policy: 'local', silent: true })
      },
      afterwards: vars.afterwards,
    })

/** Lets in who has the key of an app, as far as that kind of key goes. */
export function appAuth(verdicts: KeyVerdicts, enforce: Enforce, botCheck: BotCheck) {
  const readKey = createKeyReader(verdicts, enforce)
  return createMiddleware<AppEnv>(async function appAuth(c, next) {
    const key = c.req.header(headers.apiKey) ?? ''
    const app = keyShape.test(key) ? await readKey(c.var, key) : null
    if (!app || !isOwn(app)) throw wrongKey(key, c.req.header('authorization'))
    const appId = c.req.header(headers.appId)
    if (appId !== undefined && appId !== app.appId) throw otherApp()
    assertOrigin(app, c.req, (origin) => app.allowedOrigins.includes(origin))
    c.set('app', app)
    nameBuyer(c)
    c.get('note').appId = app.appId
    botCheck(c, 'reads')
    await next()
  })
}

const forServers =
  'This is for the app’s server: call it with the secret key (hf_sk_...), and never from a page.'

/**
 * Why a page's key, or one that is taken for it, may not do what a server may. Of a predecessor's key only the operator knows
 * who has it, so it is told how to say so.
 */
export function beyondKey(
  { appId, use }: AppVerdict,
  code: 'forbidden' | 'origin_required',
  advice = code === 'forbidden' ? forServers : undefined,
): Problem {
  if (use === undefined) return problemWith(code, advice)
  const message =
    'is the key of a page and may not do what a server may. If no page has it, the operator says so by ' +
    `npx holdfast apps use ${appId} server; otherwise the server needs a key of its own: rotate-key with {"use":"server"}`
  return new Problem(code, { errors: [{ path: headers.apiKey, message }] })
}

/** A publishable key works on the pages of its app; a secret key never belongs on a page. */
export function assertOrigin(
  app: AppVerdict,
  request: Pick<HonoRequest, 'header' | 'method'>,
  isAllowed: (origin: string) => boolean,
): void {
  const origin = request.header('origin')
  if (app.kind === 'secret') {
    if (origin !== undefined) throw new Problem('secret_key_in_browser')
    return
  }
  if (origin === undefined) {
    // A browser may read of its own origin without sending an Origin.
    if (!isRead(request.method) && !app.allowNoOrigin) throw beyondKey(app, 'origin_required')
    return
  }
  if (!isAllowed(origin)) throw new Problem('origin_not_allowed')
}

/** Lets in servers only. */
export const secretKey = createMiddleware<AppEnv>(async function secretKey(c, next) {
  if (c.get('app').kind !== 'secret') throw beyondKey(c.get('app'), 'forbidden')
  await next()
})
