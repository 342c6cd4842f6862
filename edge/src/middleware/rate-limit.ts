import {
  type AppVerdict,
  clientWritesPerSecondDefault,
  headers,
  loginsPerMinute,
  type Platform,
  type Principal,
  Problem,
} from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import { clientKey } from '../client-address.ts'
import type { AppEnv, EdgeEnv, EdgeVars } from '../context.ts'
import type { LimitRule, LimitState } from '../ports.ts'
import type { FaultPolicy, RateGate } from '../rate-gate.ts'

const second = 1_000
const minute = 60_000

/**
 * Counts a request against its limits and refuses it if that is too much. The answer says how much is left, unless
 * the limits are `silent`: those speak only when they refuse.
 *
 * @throws Problem `rate_limited`, or `dependency_unavailable` where nobody may pass uncounted.
 */
export type Enforce = (
  request: Pick<EdgeVars, 'always' | 'afterwards' | 'observe'>,
  limits: {
    readonly rules: readonly LimitRule[]
    readonly policy: FaultPolicy
    readonly silent?: boolean
  },
) => Promise<void>

/** Enforces what the gate says. */
export function createEnforce(gate: RateGate, platform: Pick<Platform, 'now'>): Enforce {
  return async ({ always, afterwards, observe }, { rules, policy, silent = false }) => {
    const step = { of: 'limiter', name: 'take' } as const
    const { word, tightest, pending } = await observe(step, () => gate(rules, policy))
    for (const work of pending) afterwards(work)
    if (word === 'unknown') throw new Problem('dependency_unavailable', {}, 1)
    if (!tightest) return
    const seconds = Math.max(1, Math.ceil((tightest.resetMs - platform.now()) / second))
    if (word === 'refused' || !silent) Object.assign(always, limitHeaders(tightest, seconds))
    if (word === 'refused') throw new Problem('rate_limited', {}, seconds)
  }
}

const limitHeaders = ({ limit, remaining }: LimitState, resetSeconds: number) => ({
  [headers.rateLimitLimit]: String(limit),
  [headers.rateLimitRemaining]: String(remaining),
  [headers.rateLimitReset]: String(resetSeconds),
})

/** A browser counts by its user and its address, a server by the user it vouches for and its app. */
function writeRules(app: AppVerdict, principal: Principal | undefined, address: string): LimitRule[] {
  const { appId, kind, rateLimits } = app
  const rules: LimitRule[] = []
  if (principal) {
    rules.push({ key: `user:${appId}:${principal}`, limit: rateLimits.userPerSecond, windowMs: second })
  }
  if (kind === 'secret') {
    rules.push({ key: `app:${appId}`, limit: rateLimits.appPerSecond, windowMs: second })
  } else {
    const key = `client:${appId}:${clientKey(address)}`
    rules.push({ key, limit: rateLimits.clientPerSecond, windowMs: second })
  }
  return rules
}

const loginRule = (kind: 'login' | 'admin-login', address: string): LimitRule => ({
  key: `${kind}:${clientKey(address)}`,
  limit: loginsPerMinute,
  windowMs: minute,
})

/**
 * The limits of writes. Without the limiter they go by the bucket of this isolate, for a hold must not wait for
 * it; logins end there, for guessing must not begin.
 */
export function rateLimit(enforce: Enforce) {
  const writes = createMiddleware<AppEnv>(async function writes(c, next) {
    const rules = writeRules(c.get('app'), c.get('principal'), c.get('clientAddress'))
    await enforce(c.var, { rules, policy: 'local' })
    await next()
  })

  const logins = createMiddleware<AppEnv>(async function logins(c, next) {
    const app = c.get('app')
    const address = c.get('clientAddress')
    const rules = writeRules(app, undefined, address)
    // All users of a server come from its one address: that is limited by account, at core.
    if (app.kind === 'publishable') rules.push(loginRule('login', address))
    await enforce(c.var, { rules, policy: 'closed' })
    await next()
  })

  const adminLogins = createMiddleware<EdgeEnv>(async function adminLogins(c, next) {
    await enforce(c.var, { rules: [loginRule('admin-login', c.get('clientAddress'))], policy: 'closed' })
    await next()
  })

  const adminWrites = createMiddleware<EdgeEnv>(async function adminWrites(c, next) {
    const key = `admin:${clientKey(c.get('clientAddress'))}`
    const rule = { key, limit: clientWritesPerSecondDefault, windowMs: second }
    await enforce(c.var, { rules: [rule], policy: 'local' })
    await next()
  })

  const webhooks = createMiddleware<EdgeEnv>(async function webhooks(c, next) {
    const key = `webhook:${clientKey(c.get('clientAddress'))}`
    const rule = { key, limit: clientWritesPerSecondDefault, windowMs: second }
    await enforce(c.var, { rules: [rule], policy: 'local' })
    await next()
  })

  return { writes, logins, adminLogins, adminWrites, webhooks }
}
