import { accountOperations } from './accounts.ts'
import { adminOperations } from './admin.ts'
import { auditLogOperations } from './audit-log.ts'
import { bookingOperations } from './bookings.ts'
import { eventOperations } from './events.ts'
import { holdOperations } from './holds.ts'
import { inventoryOperations } from './inventory.ts'
import type { Operation } from './operation.ts'
import { outboxOperations } from './outbox.ts'
import { paymentOperations } from './payments.ts'
import { privacyOperations } from './privacy.ts'
import { repairOperations } from './repair.ts'
import { serviceOperations } from './service.ts'
import { userOperations } from './users.ts'
import { webhookOperations } from './webhooks.ts'

export * from './calls.ts'
export * from './operation.ts'

/**
 * Every route of the public API, by its name. The reference, the typed client and the tests of all routes are made
 * from this table, and a test compares it with the routes that the edge serves. Two routes may not share a name.
 */
export const operations = {
  ...eventOperations,
  ...holdOperations,
  ...paymentOperations,
  ...bookingOperations,
  ...userOperations,
  ...accountOperations,
  ...privacyOperations,
  ...inventoryOperations,
  ...webhookOperations,
  ...adminOperations,
  ...outboxOperations,
  ...repairOperations,
  ...auditLogOperations,
  ...serviceOperations,
} as const satisfies Record<string, Operation>

export type Operations = typeof operations
/** The name of a route, and of the client's method. */
export type OperationId = keyof Operations
