import { CodeReply, newId, type Platform, type Problem, ticketsLockMs, UserSession } from '@holdfast/contract'
import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { noStore } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import type { Caller, CoreClient } from '../core-client.ts'
import { makeHold } from '../make-hold.ts'
import { jsonBody } from '../middleware/validate.ts'
import { releaseHold } from '../release-hold.ts'
import type { Services } from '../services.ts'
import type { VerifyingSecrets } from '../tokens.ts'
import { boundApp, type TicketsSettings, ticketsLimits, ticketsUsers } from './tickets-guards.ts'
import { ownLock, payLock } from './tickets-pay.ts'
import { ticketsRefusal } from './tickets-refusals.ts'
import {
  LoginRequest,
  PayRequest,
  RegisterRequest,
  SeatRequest,
  VerifyRegisterRequest,
} from './tickets-requests.ts'
import { createTicketsSeats } from './tickets-seats.ts'

/** TicketS, a system for one event, as its clients know it: each route says the same in our words and passes it on. */
export function ticketsRoutes(
  services: Services,
  settings: TicketsSettings,
  userTokenSecrets: VerifyingSecrets,
) {
  const { platform, core } = services
  const { event } = settings
  const limits = ticketsLimits(services)
  const users = ticketsUsers(userTokenSecrets, settings, platform)
  const app = boundApp(services, settings)
  const seats = createTicketsSeats(services, event)

  return new Hono<EdgeEnv>()
    .get('/seats', app, limits.clients, users.userIfAny, async (c) =>
      c.json({ seats: await seats(c.var, c.var.principal) }, 200, noStore),
    )
    .post('/lock', timed(platform), app, limits.clients, users.user, jsonBody(SeatRequest), async (c) => {
      await makeHold(services, {
        event,
        owner: c.get('principal'),
        seats: [c.req.valid('json').seatId],
        // A new one each time: the second lock of one's own seat is refused, as it always was.
        idempotencyKey: newId('idem', platform.random),
        ttlMs: ticketsLockMs,
        caller: c.var,
      })
      return c.json({ success: true, timeMs: platform.now() - c.get('startedMs') }, 200, noStore)
    })
    .post('/pay', app, limits.clients, users.user, jsonBody(PayRequest), async (c) => {
      const buyer = { event, owner: c.get('principal'), caller: c.var }
      const { id } = await payLock(services, buyer, c.req.valid('json'))
      return c.json({ success: true, txId: id }, 200, noStore)
    })
    .post('/release', app, limits.clients, users.user, jsonBody(SeatRequest), async (c) => {
      const buyer = { event, owner: c.get('principal'), caller: c.var }
      const { grantId } = await ownLock(services, buyer, c.req.valid('json').seatId)
      await releaseHold(services, { ...buyer, grantId })
      return c.json({ success: true }, 200, noStore)
    })
    .post('/auth/register', app, limits.logins, jsonBody(RegisterRequest), async (c) => {
      await core.ask(CodeReply, post('/internal/sign-up-codes', c.req.valid('json'), c.var))
      return c.json({ success: true, message: 'A code is on its way to this address' }, 200, noStore)
    })
    .post('/auth/verify-register', app, limits.logins, jsonBody(VerifyRegisterRequest), async (c) => {
      const { otp: code, ...request } = c.req.valid('json')
      const asked = post('/internal/sign-up-codes/redeem', { ...request, code }, c.var)
      return c.json(await session(core, asked), 200, noStore)
    })
    .post('/auth/login', app, limits.logins, jsonBody(LoginRequest), async (c) =>
      c.json(await session(core, post('/v1/auth/login', c.req.valid('json'), c.var)), 200, noStore),
    )
}

/** Begins to count the milliseconds that a lock takes, which its refusals tell as well. */
const timed = (platform: Pick<Platform, 'now'>) =>
  createMiddleware<{ Variables: EdgeEnv['Variables'] & { startedMs: number } }>(
    async function timed(c, next) {
      const startedMs = platform.now()
      c.set('startedMs', startedMs)
      c.set('refusalShape', (problem: Problem) =>
        ticketsRefusal(problem, { timeMs: platform.now() - startedMs }),
      )
      await next()
    },
  )

const post = (path: string, body: object, caller: Caller) =>
  ({ method: 'POST', path, body: new TextEncoder().encode(JSON.stringify(body)), caller }) as const

/** Signs somebody in, as TicketS tells it. */
async function session(core: CoreClient, call: ReturnType<typeof post>) {
  const { value } = await core.ask(UserSession, call)
  return { success: true, token: value.token, userId: value.user.id }
}
