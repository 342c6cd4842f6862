import { HeldQuery, HoldPage } from '@holdfast/contract'
import { Hono } from 'hono'
import type { EdgeEnv } from '../context.ts'
import { pagePath } from '../event-reader.ts'
import { query } from '../middleware/validate.ts'
import { passOn } from '../pass-on.ts'
import type { Services } from '../services.ts'

/** What a buyer holds of all events: core alone knows of which there is something. */
export function heldRoutes({ guards, core }: Pick<Services, 'guards' | 'core'>) {
  return new Hono<EdgeEnv>().get('/', guards.app, guards.user, query(HeldQuery), (c) =>
    passOn(core, HoldPage, {
      method: 'GET',
      path: pagePath('/v1/holds', c.req.valid('query')),
      caller: c.var,
    }),
  )
}
