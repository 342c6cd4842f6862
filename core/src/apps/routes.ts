import { AppInput, KeyQuestion, LogInRequest, Problem } from '@holdfast/contract'
import { type Context, Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { bodyOf } from '../http/requests.ts'
import type { Identities } from '../identities.ts'
import { logInAdmin } from '../users/log-in-admin.ts'
import { createApp } from './create-app.ts'
import { verifyKey } from './verify-key.ts'

/** Apps: the edge asks about a key, the admin makes apps. */
export function appRoutes(core: Core, identities: Identities) {
  const ctx = { ...core, ...identities }
  const adminOnly = (c: Context<CoreEnv>) => {
    if (!c.get('claims').admin) throw new Problem('invalid_token')
  }
  return new Hono<CoreEnv>()
    .post('/internal/keys/verify', async (c) => {
      const { key } = bodyOf(c, KeyQuestion)
      return c.json({ verdict: await verifyKey(ctx, key) }, 200)
    })
    .post('/v1/admin/login', async (c) => c.json(await logInAdmin(ctx, bodyOf(c, LogInRequest)), 200))
    .post('/v1/admin/apps', async (c) => {
      adminOnly(c)
      return c.json(await createApp(ctx, bodyOf(c, AppInput)), 201)
    })
}
