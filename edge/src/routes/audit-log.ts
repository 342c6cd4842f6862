import { AuditLogPage, AuditLogQuery } from '@holdfast/contract'
import { Hono } from 'hono'
import type { EdgeEnv } from '../context.ts'
import { query } from '../middleware/validate.ts'
import { passOn } from '../pass-on.ts'
import type { Services } from '../services.ts'

/** Who changed what of an app, for its server: all of it is core's. */
export function auditLogRoutes({ guards, core }: Pick<Services, 'guards' | 'core'>) {
  return new Hono<EdgeEnv>().get('/', guards.app, guards.secretKey, query(AuditLogQuery), (c) => {
    const { pathname, search } = new URL(c.req.url)
    return passOn(core, AuditLogPage, { method: 'GET', path: pathname + search, caller: c.var })
  })
}
