import {
  type AppVerdict,
  type Principal,
  Problem,
  patterns,
  ticketsTokenDaysDefault,
  userTokenTtlSeconds,
} from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import { createMiddleware } from 'hono/factory'
import type { AppEnv, UserEnv } from '../context.ts'
import { bearerOf, heldToken } from '../middleware/user-auth.ts'
import type { HeldToken } from '../revocations.ts'
import type { Services } from '../services.ts'
import { createTokenReader, type VerifyingSecrets } from '../tokens.ts'
import { readBoundApp } from './bound-app.ts'
import type { TicketsLimits } from './tickets-limits.ts'
import { ticketsRefusal } from './tickets-refusals.ts'
import { createOldTokens } from './tickets-tokens.ts'

/** What an operator sets to serve the clients of TicketS. */
export interface TicketsSettings {
  /** The one app and event that they are for. */
  readonly event: EventRef
  /** Of the existing deployment; absent, its tokens are not accepted. */
  readonly jwtSecret?: Uint8Array | undefined
  /** How old a token of it may be that has no end; `ticketsTokenDaysDefault` when absent. */
  readonly tokenDaysMax?: number
  readonly perSecond: TicketsLimits
  /** `unpaid`: the operator takes the money elsewhere, and has said so. */
  readonly pay?: 'unpaid' | undefined
}

/** Makes the bound app the caller's; while it is not active, nothing is here. */
export const boundApp = (
  { verdicts, botCheck }: Pick<Services, 'verdicts' | 'botCheck'>,
  { event: { appId, eventId } }: TicketsSettings,
) =>
  createMiddleware<AppEnv>(async function boundApp(c, next) {
    const known = await readBoundApp(verdicts, appId, c.var)
    if (!known) throw new Problem('not_found')
    const app: AppVerdict = { ...known, kind: 'publishable' }
    c.set('app', app)
    Object.assign(c.get('note'), { appId, eventId })
    botCheck(c, 'nothing')
    await next()
  })

/** The bearer's token: ours, or one that TicketS made while its secret is set. */
export function ticketsUsers(
  userTokenSecrets: VerifyingSecrets,
  { jwtSecret, tokenDaysMax = ticketsTokenDaysDefault }: TicketsSettings,
  { platform, revocations }: Pick<Services, 'platform' | 'revocations'>,
) {
  const readOwn = createTokenReader('user', userTokenSecrets, userTokenTtlSeconds, platform)
  const readOld = jwtSecret && createOldTokens(jwtSecret, tokenDaysMax, platform)

  /** @throws Problem `forbidden` for every way in which a token can be bad */
  const bearer = async (vars: AppEnv['Variables'], token: string): Promise<Principal> => {
    const own = await readOwn(`Bearer ${token}`)
    const found = own ? ownBearer(vars.app, own) : await readOld?.(token)
    if (!found) throw new Problem('forbidden')
    await revocations.assertGood(found, vars).catch((error: unknown) => {
      throw error instanceof Problem && error.code === 'invalid_token' ? new Problem('forbidden') : error
    })
    return found.principal
  }

  return {
    /** Insists on a good token: without one 401, with a bad one 403. */
    user: createMiddleware<UserEnv>(async function ticketsUser(c, next) {
      const token = tokenIn(c.req.header('authorization') ?? '')
      if (token === undefined) throw new Problem('invalid_token')
      c.set('principal', await bearer(c.var, token))
      await next()
    }),
    /** Insists that a token is good, where there may be none: then a body that makes no sense is no sign-in either. */
    userOrNone: createMiddleware<AppEnv>(async function ticketsUserOrNone(c, next) {
      const token = tokenIn(c.req.header('authorization') ?? '')
      if (token !== undefined) c.set('principal', await bearer(c.var, token))
      else c.set('refusalShape', unsignedRefusal)
      await next()
    }),
    /** Who asks, if they show it: on a route that is open to all, a bad token is as good as none. */
    userIfAny: createMiddleware<AppEnv>(async function ticketsUserIfAny(c, next) {
      const token = tokenIn(c.req.header('authorization') ?? '')
      const found = token === undefined ? null : await bearer(c.var, token).catch(() => null)
      if (found) c.set('principal', found)
      await next()
    }),
  }
}

/** Whom a token of ours stands for; one that is good elsewhere is bad here. */
function ownBearer(app: AppVerdict, claims: unknown): HeldToken {
  try {
    return heldToken(bearerOf(app, claims, () => true))
  } catch {
    throw new Problem('forbidden')
  }
}

const unsignedRefusal = (problem: Problem): Response =>
  ticketsRefusal(problem.code === 'invalid_request' ? new Problem('invalid_token') : problem)

const tokenIn = (authorization: string): string | undefined => patterns.bearer.exec(authorization)?.[1]
