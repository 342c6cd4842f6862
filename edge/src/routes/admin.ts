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
  Erasure,
  OutboxPage,
  OutboxRow,
  OutboxRowPath,
  PersonExport,
  PersonRequest,
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
import type { EdgeEnv } from '../context.ts'
import { jsonBody, pathIds, query } from '../middleware/validate.ts'
import { passThrough } from '../pass-on.ts'
import type { Services } from '../services.ts'

/** What the operator of this installation does. No app key is involved, and core answers everything. */
export function adminRoutes({ guards, core }: Pick<Services, 'guards' | 'core'>) {
  const { adminOrigin, adminLogins, adminWrites, admin } = guards

  return new Hono<EdgeEnv>()
    .post('/login', adminOrigin, adminLogins, jsonBody(AdminLogInRequest), (c) =>
      passThrough(core, c, AdminSession, c.get('body')),
    )
    .use(adminOrigin, adminWrites, admin)
    .post('/signout', jsonBody(AdminSignOutRequest), (c) => passThrough(core, c, null, c.get('body')))
    .get('/apps', query(AppsQuery), (c) => passThrough(core, c, AppPage))
    .post('/apps', jsonBody(AppInput), (c) => passThrough(core, c, CreatedApp, c.get('body')))
    .get('/apps/:appId', pathIds(AppPath), (c) => passThrough(core, c, AppView))
    .patch('/apps/:appId', pathIds(AppPath), jsonBody(AppPatch), (c) =>
      passThrough(core, c, AppView, c.get('body')),
    )
    .delete('/apps/:appId', pathIds(AppPath), (c) => passThrough(core, c, AppView))
    .post('/apps/:appId/keys/rotate', pathIds(AppPath), jsonBody(RotateKeyRequest), (c) =>
      passThrough(core, c, RotatedKey, c.get('body')),
    )
    .get('/bookings', query(AdminBookingsQuery), (c) => passThrough(core, c, AdminBookingPage))
    .get('/payments', query(AdminPaymentsQuery), (c) => passThrough(core, c, AdminPaymentPage))
    .post('/payments/retry', jsonBody(RetryRequest), (c) => passThrough(core, c, AdminPayment, c.get('body')))
    .post('/refunds/:refundId/settle', pathIds(RefundPath), jsonBody(SettleRefundRequest), (c) =>
      passThrough(core, c, AdminRefund, c.get('body')),
    )
    .get('/outbox', query(AdminOutboxQuery), (c) => passThrough(core, c, OutboxPage))
    .post('/outbox/:rowId/retry', pathIds(OutboxRowPath), jsonBody(RetryRowRequest), (c) =>
      passThrough(core, c, OutboxRow, c.get('body')),
    )
    .get('/repair', query(RepairQuery), (c) => passThrough(core, c, RepairStatus))
    .get('/stats', query(StatsQuery), (c) => passThrough(core, c, Stats))
    .get('/audit-log', query(AdminAuditLogQuery), (c) => passThrough(core, c, AuditLogPage))
    .post('/people/export', jsonBody(PersonRequest), (c) => passThrough(core, c, PersonExport, c.get('body')))
    .post('/people/erase', jsonBody(PersonRequest), (c) => passThrough(core, c, Erasure, c.get('body')))
    .get('/users', query(UsersQuery), (c) => passThrough(core, c, UserPage))
    .get('/users/:userId', pathIds(UserPath), (c) => passThrough(core, c, AdminUserView))
    .patch('/users/:userId', pathIds(UserPath), jsonBody(UserPatch), (c) =>
      passThrough(core, c, AdminUserView, c.get('body')),
    )
}
