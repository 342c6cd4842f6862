import { AdminOutboxQuery, OutboxRowId, RetryRowRequest } from '@holdfast/contract'
import { Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { assertAdmin, bodyOf, idOf, parse } from '../http/requests.ts'
import { listOutbox, retryRow } from './read-outbox.ts'

/** Promises that were not kept yet, for the admin. */
export function outboxAdminRoutes(core: Core) {
  return new Hono<CoreEnv>()
    .get('/outbox', async (c) => {
      assertAdmin(c)
      return c.json(await listOutbox(core, parse(AdminOutboxQuery, c.req.query())), 200)
    })
    .post('/outbox/:row/retry', async (c) => {
      assertAdmin(c)
      const { app: appId } = bodyOf(c, RetryRowRequest)
      return c.json(await retryRow(core, { appId, rowId: idOf(OutboxRowId, c.req.param('row')) }), 200)
    })
}
