import { AdminSession, AppInput, CreatedApp, LogInRequest } from '@holdfast/contract'
import { Hono } from 'hono'
import { jsonText, noStore } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import { jsonBody } from '../middleware/validate.ts'
import type { Services } from '../services.ts'

/** What the operator of this installation does. No app key is involved. */
export function adminRoutes({ guards, core }: Pick<Services, 'guards' | 'core'>) {
  return new Hono<EdgeEnv>()
    .post('/login', guards.adminOrigin, guards.adminLogins, jsonBody(LogInRequest), async (c) => {
      const call = { method: 'POST', path: '/v1/admin/login', body: c.get('body'), caller: c.var } as const
      const { text } = await core.ask(AdminSession, call)
      return jsonText(text, 200, noStore)
    })
    .post('/apps', guards.adminOrigin, guards.adminWrites, guards.admin, jsonBody(AppInput), async (c) => {
      const call = { method: 'POST', path: '/v1/admin/apps', body: c.get('body'), caller: c.var } as const
      const { text } = await core.ask(CreatedApp, call)
      return jsonText(text, 201, noStore)
    })
}
