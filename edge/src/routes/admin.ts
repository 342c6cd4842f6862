import {
  AdminAuditLogQuery,
  AdminBookingPage,
  AdminBookingsQuery,
  AdminLogInRequest,
  AdminOutboxQuery,
  AdminPayment,
  AdminPaymentPage,
  AdminPaymentsQuery,
  AdminRefund,
  AdminSession,
  AdminSignOutRequest,
  AdminUserView,
  AppInput,
  AppPage,
  AppPatch,
  AppPath,
  AppsQuery,
  AppView,
  AuditLogPage,
  CreatedApp,
  OutboxPage,
  OutboxRow,
  OutboxRowPath,
  RefundPath,
  RepairQuery,
  RepairStatus,
  RetryRequest,
  RetryRowRequest,
  RotatedKey,
  RotateKeyRequest,
  SettleRefundRequest,
  Stats,
  StatsQuery,
  UserPage,
  UserPatch,
  UserPath,
  UsersQuery,
} from '@holdfast/contract'
import { Hono } from 'hono'
import type * as z from 'zod'
import type { EdgeEnv } from '../context.ts'
import type { Caller, CoreCall } from '../core-client.ts'
import { jsonBody, pathIds, query } from '../middleware/validate.ts'
import { passOn } from '../pass-on.ts'
import type { Services } from '../services.ts'

/** By what core is asked: a HEAD is a GET whose body the client is not sent. */
const askedOf = (method: string) => (method === 'HEAD' ? 'GET' : method) as CoreCall['method']

/** What the operator of this installation does. No app key is involved, and core answers everything. */
export function adminRoutes({ guards, core }: Pick<Services, 'guards' | 'core'>) {
  /** Asks core the same, at the same path, and passes its answer on. */
  const ask = (
    c: { readonly req: { readonly url: string; readonly method: string }; readonly var: Caller },
    reply: z.ZodType | null,
    body?: Uint8Array<ArrayBuffer>,
  ): Promise<Response> => {
    const { pathname, search } = new URL(c.req.url)
    const call = { method: askedOf(c.req.method), path: pathname + search, caller: c.var }
    return passOn(core, reply, body ? { ...call, body } : call)
  }
  const { adminOrigin, adminLogins, adminWrites, admin } = guards

  return new Hono<EdgeEnv>()
    .post('/login', adminOrigin, adminLogins, jsonBody(AdminLogInRequest), (c) =>
      ask(c, AdminSession, c.get('body')),
    )
    .use(adminOrigin, adminWrites, admin)
    .post('/signout', jsonBody(AdminSignOutRequest), (c) => ask(c, null, c.get('body')))
    .get('/apps', query(AppsQuery), (c) => ask(c, AppPage))
    .post('/apps', jsonBody(AppInput), (c) => ask(c, CreatedApp, c.get('body')))
    .get('/apps/:appId', pathIds(AppPath), (c) => ask(c, AppView))
    .patch('/apps/:appId', pathIds(AppPath), jsonBody(AppPatch), (c) => ask(c, AppView, c.get('body')))
    .delete('/apps/:appId', pathIds(AppPath), (c) => ask(c, AppView))
    .post('/apps/:appId/keys/rotate', pathIds(AppPath), jsonBody(RotateKeyRequest), (c) =>
      ask(c, RotatedKey, c.get('body')),
    )
    .get('/bookings', query(AdminBookingsQuery), (c) => ask(c, AdminBookingPage))
    .get('/payments', query(AdminPaymentsQuery), (c) => ask(c, AdminPaymentPage))
    .post('/payments/retry', jsonBody(RetryRequest), (c) => ask(c, AdminPayment, c.get('body')))
    .post('/refunds/:refundId/settle', pathIds(RefundPath), jsonBody(SettleRefundRequest), (c) =>
      ask(c, AdminRefund, c.get('body')),
    )
    .get('/outbox', query(AdminOutboxQuery), (c) => ask(c, OutboxPage))
    .post('/outbox/:rowId/retry', pathIds(OutboxRowPath), jsonBody(RetryRowRequest), (c) =>
      ask(c, OutboxRow, c.get('body')),
    )
    .get('/repair', query(RepairQuery), (c) => ask(c, RepairStatus))
    .get('/stats', query(StatsQuery), (c) => ask(c, Stats))
    .get('/audit-log', query(AdminAuditLogQuery), (c) => ask(c, AuditLogPage))
    .get('/users', query(UsersQuery), (c) => ask(c, UserPage))
    .get('/users/:userId', pathIds(UserPath), (c) => ask(c, AdminUserView))
    .patch('/users/:userId', pathIds(UserPath), jsonBody(UserPatch), (c) =>
      ask(c, AdminUserView, c.get('body')),
    )
}
