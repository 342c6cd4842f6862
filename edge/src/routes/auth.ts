import {
  accountIdOf,
  GuestMerge,
  GuestMergeRequest,
  GuestRequest,
  GuestSession,
  isGuest,
  LogInRequest,
  problemWith,
  SignUpRequest,
  UserSession,
  Whoami,
} from '@holdfast/contract'
import { Hono } from 'hono'
import { noStore } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import { jsonBytes } from '../core-client.ts'
import { signInPlace } from '../middleware/sign-in-place.ts'
import { jsonBody } from '../middleware/validate.ts'
import { passOn } from '../pass-on.ts'
import type { Services } from '../services.ts'
import { Nothing } from './paths.ts'

const forAccounts = 'Call as the account that the guest becomes: sign in and send its token.'

/** Users of the shared pool, and guests. Core makes the tokens; who a bearer is, the edge knows by itself. */
export function authRoutes({ guards, core }: Pick<Services, 'guards' | 'core'>) {
  return new Hono<EdgeEnv>()
    .post('/signup', guards.app, guards.signUps, signInPlace, jsonBody(SignUpRequest), (c) =>
      passOn(core, UserSession, {
        method: 'POST',
        path: '/v1/auth/signup',
        body: c.get('body'),
        caller: c.var,
      }),
    )
    .post('/login', guards.app, guards.logins, signInPlace, jsonBody(LogInRequest), (c) =>
      passOn(core, UserSession, {
        method: 'POST',
        path: '/v1/auth/login',
        body: c.get('body'),
        caller: c.var,
      }),
    )
    .post('/guest', guards.app, guards.writes, jsonBody(GuestRequest), guards.guests, (c) =>
      passOn(core, GuestSession, { method: 'POST', path: '/v1/auth/guest', caller: c.var }),
    )
    .post('/guest/merge', guards.app, guards.user, guards.writes, jsonBody(GuestMergeRequest), async (c) => {
      const { guestToken, events } = c.req.valid('json')
      const guest = await guards.readGuest(c.var, guestToken)
      if (isGuest(c.get('principal'))) throw problemWith('forbidden', forAccounts)
      return passOn(core, GuestMerge, {
        method: 'POST',
        path: '/v1/auth/guest/merge',
        body: jsonBytes({ events }),
        caller: { ...c.var, guest },
      })
    })
    .post('/verify', guards.app, guards.user, guards.writes, jsonBody(Nothing), async (c) => {
      const principal = c.get('principal')
      // Only of users of the pool is there more to tell than the edge knows by itself.
      if (accountIdOf(principal) !== null) {
        return passOn(core, Whoami, { method: 'POST', path: '/v1/auth/verify', caller: c.var })
      }
      const whoami: Whoami = { valid: true, principal }
      return c.json(whoami, 200, noStore)
    })
}
