import { LogInRequest, SignUpRequest } from '@holdfast/contract'
import { Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { appOf, bodyOf } from '../http/requests.ts'
import type { Identities } from '../identities.ts'
import { issueGuest } from './issue-guest.ts'
import { logIn } from './log-in.ts'
import { signUp } from './sign-up.ts'

/** Users of the shared pool, and guests of one app. */
export function userRoutes(core: Core, identities: Identities) {
  const ctx = { ...core, ...identities }
  return new Hono<CoreEnv>()
    .post('/signup', async (c) => {
      appOf(c)
      return c.json(await signUp(ctx, bodyOf(c, SignUpRequest)), 201)
    })
    .post('/login', async (c) => {
      appOf(c)
      return c.json(await logIn(ctx, bodyOf(c, LogInRequest)), 200)
    })
    .post('/guest', async (c) => c.json(await issueGuest(ctx, { appId: appOf(c).id }), 201))
}
