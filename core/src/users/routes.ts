import {
  accountIdOf,
  GuestMergeCommand,
  LogInRequest,
  PoolSignUpRequest,
  Problem,
  SignUpRequest,
  UserId,
  UserPatch,
  UsersQuery,
  type Whoami,
} from '@holdfast/contract'
import { Hono } from 'hono'
import * as z from 'zod'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import {
  appOf,
  assertAdmin,
  bodyOf,
  idOf,
  loginClientOf,
  parse,
  principalOf,
  signInPlaceOf,
} from '../http/requests.ts'
import type { Identities } from '../identities.ts'
import { issueGuest } from './issue-guest.ts'
import { logIn } from './log-in.ts'
import { mergeGuest } from './merge-guest.ts'
import { listUsers, readUser } from './read-users.ts'
import { signUp, signUpWithCode } from './sign-up.ts'
import { updateUser } from './update-user.ts'
import { whoAmI } from './who-am-i.ts'

/** Users of the pool, which is no app's own, and guests of one app. Which routes of it need a key, the edge says. */
export function userRoutes(core: Core, identities: Identities) {
  const ctx = { ...core, ...identities }
  return new Hono<CoreEnv>()
    .post('/signup', async (c) => {
      // Where a code is needed, the edge says: the predecessors' routes have none.
      const request = bodyOf(c, z.union([SignUpRequest, PoolSignUpRequest]))
      const place = signInPlaceOf(c)
      return c.json(
        await ('code' in request ? signUpWithCode(ctx, request, place) : signUp(ctx, request, place)),
        201,
      )
    })
    .post('/login', async (c) => {
      const from = { app: appOf(c).id, client: loginClientOf(c), place: signInPlaceOf(c) }
      return c.json(await logIn(ctx, { ...bodyOf(c, LogInRequest), ...from }), 200)
    })
    .post('/guest', async (c) => {
      const { challenged } = c.get('claims')
      return c.json(await issueGuest(ctx, { appId: appOf(c).id, challenged }), 201)
    })
    .post('/guest/merge', async (c) => {
      const { guest } = c.get('claims')
      if (!guest) throw new Problem('invalid_token')
      const merge = { appId: appOf(c).id, guest, owner: principalOf(c) }
      return c.json(await mergeGuest(ctx, merge, bodyOf(c, GuestMergeCommand).events), 200)
    })
    .post('/verify', async (c) => {
      const principal = principalOf(c)
      const userId = accountIdOf(principal)
      if (userId === null) throw new Problem('not_found')
      const whoami: Whoami = { valid: true, principal, user: await whoAmI(core, userId) }
      return c.json(whoami, 200)
    })
}

/** Users as the admin sees them. */
export function userAdminRoutes(core: Core) {
  return new Hono<CoreEnv>()
    .get('/users', async (c) => {
      assertAdmin(c)
      return c.json(await listUsers(core, parse(UsersQuery, c.req.query())), 200)
    })
    .get('/users/:user', async (c) => {
      assertAdmin(c)
      return c.json(await readUser(core, idOf(UserId, c.req.param('user'))), 200)
    })
    .patch('/users/:user', async (c) => {
      assertAdmin(c)
      const userId = idOf(UserId, c.req.param('user'))
      return c.json(await updateUser(core, { userId, patch: bodyOf(c, UserPatch) }), 200)
    })
}
