import { type AppVerdict, headers, keyMissesPerMinute, Problem } from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import { clientKey } from '../client-address.ts'
import type { AppEnv, EdgeVars } from '../context.ts'
import type { KeyVerdicts } from '../key-verdicts.ts'
import type { Enforce } from './rate-limit.ts'

/** What a key of ours looks like; anything else need not be looked up. */
const keyShape = /^hf_(pk|sk)_[A-Za-z0-9_-]{20,120}$/

/** Reads only: what a browser may ask of its own origin without sending an Origin. */
const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD'

/** Lets in who has the key of an app, as far as that kind of key goes. */
export function appAuth(verdicts: KeyVerdicts, enforce: Enforce) {
  const verdictOf = (key: string, vars: EdgeVars): Promise<AppVerdict | null> =>
    verdicts({
      key,
      caller: vars,
      onMiss() {
        const client = clientKey(vars.clientAddress)
        const rule = { key: `miss:${client}`, limit: keyMissesPerMinute, windowMs: 60_000 }
        return enforce(vars, { rules: [rule], policy: 'local', silent: true })
      },
      afterwards: vars.afterwards,
    })

  return createMiddleware<AppEnv>(async function appAuth(c, next) {
    const key = c.req.header(headers.apiKey) ?? ''
    const verdict = keyShape.test(key) ? await verdictOf(key, c.var) : null
    if (!verdict) throw new Problem('invalid_api_key')
    const appId = c.req.header(headers.appId)
    if (appId !== undefined && appId !== verdict.appId) throw new Problem('invalid_api_key')
    assertOrigin(verdict, c.req.header('origin'), c.req.method)
    c.set('app', verdict)
    c.get('note').appId = verdict.appId
    await next()
  })
}

/** A publishable key works on the pages of its app; a secret key never belongs on a page. */
function assertOrigin(app: AppVerdict, origin: string | undefined, method: string): void {
  if (app.kind === 'secret') {
    if (origin !== undefined) throw new Problem('secret_key_in_browser')
    return
  }
  if (origin === undefined) {
    if (!isRead(method) && !app.allowNoOrigin) throw new Problem('origin_required')
    return
  }
  if (!app.allowedOrigins.includes(origin)) throw new Problem('origin_not_allowed')
}

/** Lets in servers only. */
export const secretKey = createMiddleware<AppEnv>(async function secretKey(c, next) {
  if (c.get('app').kind !== 'secret') throw new Problem('forbidden')
  await next()
})
