import { AdminLogInCommand, AdminSignOutRequest } from '@holdfast/contract'
import { Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { assertAdmin, bodyOf, loginClientOf } from '../http/requests.ts'
import type { Identities } from '../identities.ts'
import { logInAdmin } from './log-in-admin.ts'
import { endSession } from './sessions.ts'

/** How admins come and go. */
export function adminSessionRoutes(core: Core, identities: Identities) {
  const ctx = { ...core, ...identities }
  return new Hono<CoreEnv>()
    .post('/login', async (c) => {
      const request = bodyOf(c, AdminLogInCommand)
      const name = 'email' in request ? request.email : request.username
      const { password, code } = request
      return c.json(await logInAdmin(ctx, { name, password, code, client: loginClientOf(c) }), 200)
    })
    .post('/signout', async (c) => {
      const admin = assertAdmin(c)
      await endSession(core, admin, bodyOf(c, AdminSignOutRequest).everywhere)
      return c.body(null, 204)
    })
}
