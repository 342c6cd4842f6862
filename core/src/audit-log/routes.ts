import { AdminAuditLogQuery, AuditLogQuery } from '@holdfast/contract'
import { Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { assertAdmin, parse, secretAppOf } from '../http/requests.ts'
import { listAuditEntries } from './read-audit-log.ts'

/** Who changed what: all of it for the admin, an app's own for its server. */
export function auditLogRoutes(core: Core, admins: readonly string[]) {
  return new Hono<CoreEnv>()
    .get('/v1/admin/audit-log', async (c) => {
      assertAdmin(c)
      return c.json(await listAuditEntries(core, { admins }, parse(AdminAuditLogQuery, c.req.query())), 200)
    })
    .get('/v1/audit-log', async (c) => {
      const app = secretAppOf(c)
      const query = { ...parse(AuditLogQuery, c.req.query()), app }
      return c.json(await listAuditEntries(core, 'app', query), 200)
    })
}
