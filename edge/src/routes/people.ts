import { AppPersonRequest, EraseMeRequest, Erasure, Nothing, PersonExport } from '@holdfast/contract'
import { Hono } from 'hono'
import type { EdgeEnv } from '../context.ts'
import { jsonBody } from '../middleware/validate.ts'
import { passThrough } from '../pass-on.ts'
import type { Services } from '../services.ts'

/** What people ask of their own data. */
export function myDataRoutes({ guards, core }: Pick<Services, 'guards' | 'core'>) {
  const { app, user, writes, logins } = guards
  return new Hono<EdgeEnv>()
    .post('/export', app, user, writes, jsonBody(Nothing), (c) => passThrough(core, c, PersonExport))
    .post('/erase', app, user, logins, jsonBody(EraseMeRequest), (c) =>
      passThrough(core, c, Erasure, c.get('body')),
    )
}

/** What the server of an app does for the people it has data of. */
export function peopleRoutes({ guards, core }: Pick<Services, 'guards' | 'core'>) {
  const { app, secretKey, writes } = guards
  return new Hono<EdgeEnv>()
    .post('/export', app, secretKey, writes, jsonBody(AppPersonRequest), (c) =>
      passThrough(core, c, PersonExport, c.get('body')),
    )
    .post('/erase', app, secretKey, writes, jsonBody(AppPersonRequest), (c) =>
      passThrough(core, c, Erasure, c.get('body')),
    )
}
