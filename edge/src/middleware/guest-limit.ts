import { type GuestRequest, guestsPerHour, guestsPerMinute, Problem } from '@holdfast/contract'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from '../context.ts'
import { buyerAddress, isBudgetEnforced, shareOf } from '../hold-clients.ts'
import type { Challenge, LimitRule } from '../ports.ts'
import { addressRules, type Enforce } from './rate-limit.ts'

const minute = 60_000

/** A listed network begins as many more guests as it may hold more. */
function guestRules(caller: AppEnv['Variables']): LimitRule[] {
  const { app } = caller
  const address = buyerAddress(caller)
  if (address === null || !isBudgetEnforced(app)) return []
  return [
    { per: 'minute', most: guestsPerMinute, windowMs: minute },
    { per: 'hour', most: guestsPerHour, windowMs: 60 * minute },
  ].flatMap(({ per, most, windowMs }) => {
    const limit = shareOf(app, address, most)
    return addressRules(`guests:${per}:${app.appId}`, address, { limit, windowMs })
  })
}

const refused = (message: string, code: 'invalid_request' | 'rate_limited', seconds?: number) =>
  new Problem(code, { errors: [{ path: 'challenge', message }] }, seconds)

interface GuestEnv {
  Variables: AppEnv['Variables']
}
/** The body has been read. */
interface Read {
  out: { json: GuestRequest }
}

/**
 * Whoever has many guests has many budgets as an owner; so their address may begin only so many. Who has passed a challenge, where
 * there is one, is not counted, and is known as such for as long as they are a guest.
 *
 * @param challenge absent: there is none.
 */
export function guestLimit(enforce: Enforce, challenge: Challenge | undefined) {
  return createMiddleware<GuestEnv, string, Read>(async function guests(c, next) {
    const response = c.req.valid('json').challenge
    if (response !== undefined) {
      if (!challenge) throw refused('is not asked for here', 'invalid_request')
      const step = { of: 'challenge', name: 'verify' } as const
      const word = await c.get('observe')(step, () => challenge(response, buyerAddress(c.var)))
      if (word === 'failed')
        throw refused('was not passed, or was sent before: show it again', 'invalid_request')
      if (word === 'passed') c.set('challenged', true)
    }
    if (!c.get('challenged')) await counted(c.var)
    await next()
  })

  async function counted(caller: AppEnv['Variables']): Promise<void> {
    try {
      await enforce(caller, { rules: guestRules(caller), policy: 'local', silent: true })
    } catch (error) {
      if (!challenge || !(error instanceof Problem) || error.code !== 'rate_limited') throw error
      throw refused('pass the challenge, and send its response here', 'rate_limited', error.retryAfterSeconds)
    }
  }
}
