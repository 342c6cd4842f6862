import { CodeReply, type Platform, type Problem, ticketsLockMs, UserSession } from '@holdfast/contract'
import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { jsonText, noStore } from '../answers.ts'
import { clientKey } from '../client-address.ts'
import type { EdgeEnv } from '../context.ts'
import { type Caller, type CoreClient, jsonBytes } from '../core-client.ts'
import { makeHold } from '../make-hold.ts'
import { signInPlace } from '../middleware/sign-in-place.ts'
import { jsonBody } from '../middleware/validate.ts'
import type { Services } from '../services.ts'
import type { VerifyingSecrets } from '../tokens.ts'
import { boundApp, type TicketsSettings, ticketsUsers } from './tickets-guards.ts'
import { ticketsLimits } from './tickets-limits.ts'
import { payLock } from './tickets-pay.ts'
import { ticketsRefusal } from './tickets-refusals.ts'
import { releaseLock } from './tickets-release.ts'
import {
  LoginRequest,
  PayRequest,
  RegisterRequest,
  ReleaseRequest,
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
  const { platform, intents } = services
  const { event } = settings
  const limits = ticketsLimits(services, settings.perSecond)
  const users = ticketsUsers(userTokenSecrets, settings, services)
  const app = boundApp(services, settings)
  const seats = createTicketsSeats(services, event)

  return new Hono<EdgeEnv>()
    .get('/seats', limits.door('reads'), app, users.userIfAny, limits.reads, async (c) =>
      jsonText(await seats.text(c.var, c.var.principal), 200, noStore),
    )
    .post(
      '/lock',
      timed(platform),
      limits.door('locks'),
      app,
      users.user,
      limits.writes('locks'),
      jsonBody(SeatRequest),
      async (c) => {
        const owner = c.get('principal')
        const client = clientKey(c.get('clientAddress'))
        await makeHold(services, {
          event,
          owner,
          seats: [c.req.valid('json').seatId],
          // A new one each time: the second lock of one's own seat is refused, as it always was.
          holdKey: await intents.newHoldKey({ ...event, owner, client }),
          ttlMs: ticketsLockMs,
          caller: c.var,
        })
        seats.changed()
        return c.json({ success: true, timeMs: platform.now() - c.get('startedMs') }, 200, noStore)
      },
    )
    .post(
      '/pay',
      limits.door('payments'),
      app,
      users.user,
      limits.writes('payments'),
      jsonBody(PayRequest),
      async (c) => {
        const buyer = { event, owner: c.get('principal'), caller: c.var }
        const { id } = await payLock({ ...services, ...settings }, buyer, c.req.valid('json'))
        seats.changed()
        return c.json({ success: true, txId: id }, 200, noStore)
      },
    )
    .post(
      '/release',
      limits.door('payments'),
      app,
      users.userOrNone,
      limits.writes('payments'),
      jsonBody(ReleaseRequest),
      async (c) => {
        await releaseLock({ ...services, limits }, event, c.req.valid('json'), c.var)
        seats.changed()
        return c.json({ success: true }, 200, noStore)
      },
    )
    .route('/auth', ticketsAuth(services, app))
}

/** Users of TicketS, who are users of the pool. */
const ticketsAuth = ({ core, guards }: Services, app: ReturnType<typeof boundApp>) =>
  new Hono<EdgeEnv>()
    .post('/register', app, guards.signUpCodes, jsonBody(RegisterRequest), async (c) => {
      await core.ask(CodeReply, post('/internal/sign-up-codes', c.req.valid('json'), c.var))
      return c.json({ success: true, message: 'A code is on its way to this address' }, 200, noStore)
    })
    .post(
      '/verify-register',
      app,
      guards.signUps,
      signInPlace,
      jsonBody(VerifyRegisterRequest),
      async (c) => {
        const { otp: code, ...request } = c.req.valid('json')
        const asked = post('/internal/sign-up-codes/redeem', { ...request, code }, c.var)
        return c.json(await session(core, asked), 200, noStore)
      },
    )
    .post('/login', app, guards.logins, signInPlace, jsonBody(LoginRequest), async (c) =>
      c.json(await session(core, post('/v1/auth/login', c.req.valid('json'), c.var)), 200, noStore),
    )

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
  ({ method: 'POST', path, body: jsonBytes(body), caller }) as const

/** Signs somebody in, as TicketS tells it. */
async function session(core: CoreClient, call: ReturnType<typeof post>) {
  const { value } = await core.ask(UserSession, call)
  return { success: true, token: value.token, userId: value.user.id }
}
