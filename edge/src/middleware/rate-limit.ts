import {
  type AppVerdict,
  clientWritesPerSecondDefault,
  headers,
  type LoginClient,
  loginFailuresPerClient,
  namelessLoginsPerSecond,
  type Platform,
  type Principal,
  Problem,
  signUpsPerMinute,
} from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import { clientKey, unknownClient } from '../client-address.ts'
import type { AppEnv, EdgeEnv, EdgeVars } from '../context.ts'
import { buyerAddress, shareOf } from '../hold-clients.ts'
import type { LimitRule, LimitState } from '../ports.ts'
import type { GatePolicy, RateGate } from '../rate-gate.ts'

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
    readonly policy: GatePolicy
    readonly silent?: boolean
  },
) => Promise<void>

/** Enforces what the gate says. */
export function createEnforce(gate: RateGate, platform: Pick<Platform, 'now'>): Enforce {
  return async ({ always, afterwards, observe }, { rules, policy, silent = false }) => {
    if (rules.length === 0) return
    const step = { of: 'limiter', name: 'take' } as const
    const { word, tightest, pending } = await observe(step, () => gate(rules, policy))
    for (const work of pending) afterwards(work)
    if (word === 'unknown') throw new Problem('dependency_unavailable', {}, 1)
    if (!tightest) return
    const seconds = secondsUntil(tightest, platform)
    if (word === 'refused' || !silent) Object.assign(always, limitHeaders(tightest, seconds))
    if (word === 'refused') throw new Problem('rate_limited', {}, seconds)
  }
}

/** How long until there is more, for Retry-After. */
export const secondsUntil = ({ resetMs }: LimitState, platform: Pick<Platform, 'now'>): number =>
  Math.max(1, Math.ceil((resetMs - platform.now()) / second))

/** What an answer says of a limit. */
export const limitHeaders = ({ limit, remaining }: LimitState, resetSeconds: number) => ({
  [headers.rateLimitLimit]: String(limit),
  [headers.rateLimitRemaining]: String(remaining),
  [headers.rateLimitReset]: String(resetSeconds),
})

/**
 * A limit of one client address. None where no address can be read: they would all be one client, and one of them could use up
 * what is for everybody.
 */
export function addressRules(of: string, address: string, most: Omit<LimitRule, 'key'>): LimitRule[] {
  const client = clientKey(address)
  return client === unknownClient ? [] : [{ key: `${of}:${client}`, ...most }]
}

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
    const most = { limit: rateLimits.clientPerSecond, windowMs: second }
    rules.push(...addressRules(`client:${appId}`, address, most))
  }
  return rules
}

/** The client that a call of an app is made for: all users of a server come from its one address, so it has to name theirs. */
const clientOf = (caller: AppEnv['Variables']): string =>
  caller.app.kind === 'secret' ? (buyerAddress(caller) ?? '') : caller.clientAddress

const unnamed = {
  path: headers.clientAddress,
  message: `name the public address of each buyer here: without it a server signs in ${namelessLoginsPerSecond} a second`,
}

/** Where somebody signs in from, whose wrong passwords core counts. */
function loginClient(address: string, failuresMax: number): LoginClient {
  const client = clientKey(address)
  return client === unknownClient ? { address: client } : { address: client, failuresMax }
}

/** Accounts cost work and letters, so that one address begins only so many with an app; a venue that is listed begins more. */
function signUpRules(of: string, caller: AppEnv['Variables']): LimitRule[] {
  const address = clientOf(caller)
  const limit = shareOf(caller.app, address, signUpsPerMinute)
  return addressRules(`${of}:${caller.app.appId}`, address, { limit, windowMs: minute })
}

const clientWrites = { limit: clientWritesPerSecondDefault, windowMs: second }

/**
 * The limits of writes. Without the limiter they go by the bucket of this isolate, for a hold must not wait for
 * it; logins end there, for guessing must not begin. What is wrong with them core counts, which alone knows it.
 */
export function rateLimit(enforce: Enforce) {
  const writes = createMiddleware<AppEnv>(async function writes(c, next) {
    const rules = writeRules(c.get('app'), c.get('principal'), c.get('clientAddress'))
    await enforce(c.var, { rules, policy: 'local' })
    await next()
  })

  /** Where one process of a server speaks for all of its users at once, in the predecessor's way: for them it counts by its app alone. */
  const writesOfApps = createMiddleware<AppEnv>(async function writesOfApps(c, next) {
    const app = c.get('app')
    const principal = app.kind === 'secret' ? undefined : c.get('principal')
    await enforce(c.var, { rules: writeRules(app, principal, c.get('clientAddress')), policy: 'local' })
    await next()
  })

  const logins = createMiddleware<AppEnv>(async function logins(c, next) {
    const app = c.get('app')
    const address = clientOf(c.var)
    c.set('loginClient', loginClient(address, shareOf(app, address, loginFailuresPerClient)))
    const rules = writeRules(app, undefined, c.get('clientAddress'))
    await enforce(c.var, { rules, policy: 'closed' })
    if (app.kind === 'secret' && address === '') await nameless(c.var)
    await next()
  })

  /** Logins through a server that says of nobody where they come from: few, since no client can be counted. */
  async function nameless(caller: AppEnv['Variables']): Promise<void> {
    const rule = { key: `nameless-login:${caller.app.appId}`, limit: namelessLoginsPerSecond }
    try {
      await enforce(caller, { rules: [{ ...rule, windowMs: second }], policy: 'closed' })
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'rate_limited') throw error
      throw new Problem('rate_limited', { errors: [unnamed] }, error.retryAfterSeconds)
    }
  }

  const signUpsAs = (of: 'sign-up' | 'sign-up-code') =>
    createMiddleware<AppEnv>(async function signUps(c, next) {
      const writes = writeRules(c.get('app'), undefined, c.get('clientAddress'))
      await enforce(c.var, { rules: [...writes, ...signUpRules(of, c.var)], policy: 'closed' })
      await next()
    })

  const adminLogins = createMiddleware<EdgeEnv>(async function adminLogins(c, next) {
    const address = c.get('clientAddress')
    c.set('loginClient', loginClient(address, loginFailuresPerClient))
    await enforce(c.var, { rules: addressRules('admin-login', address, clientWrites), policy: 'closed' })
    await next()
  })

  const adminWrites = createMiddleware<EdgeEnv>(async function adminWrites(c, next) {
    const rules = addressRules('admin', c.get('clientAddress'), clientWrites)
    await enforce(c.var, { rules, policy: 'local' })
    await next()
  })

  const webhooks = createMiddleware<EdgeEnv>(async function webhooks(c, next) {
    const rules = addressRules('webhook', c.get('clientAddress'), clientWrites)
    await enforce(c.var, { rules, policy: 'local' })
    await next()
  })

  return {
    writes,
    writesOfApps,
    logins,
    signUps: signUpsAs('sign-up'),
    signUpCodes: signUpsAs('sign-up-code'),
    adminLogins,
    adminWrites,
    webhooks,
  }
}
