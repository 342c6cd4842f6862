import * as z from 'zod'
import { AppId, EventId, OutboxRowId } from './ids.ts'
import { PageQuery } from './pages.ts'

/** `waiting`: it is done soon, or tried again. `dead`: it was tried too often, and waits for the operator. */
export const OutboxStatus = z.enum(['waiting', 'dead', 'done'])
export type OutboxStatus = z.infer<typeof OutboxStatus>

/** Something that was promised with a change in the store: telling Redis, chaining a receipt, and the like. */
export const OutboxRow = z.object({
  id: OutboxRowId,
  app: AppId,
  kind: z.string(),
  event: EventId,
  /** What it is about, e.g. the booking. */
  subject: z.string(),
  status: OutboxStatus,
  attempts: z.int(),
  /** When it is tried next, if it waits. */
  dueAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
})
export type OutboxRow = z.infer<typeof OutboxRow>

/** GET /v1/admin/outbox?...: the dead ones, unless others are asked for. */
export const AdminOutboxQuery = PageQuery.extend({
  app: AppId.optional(),
  status: OutboxStatus.default('dead'),
})
export type AdminOutboxQuery = z.infer<typeof AdminOutboxQuery>

/** One page of rows, newest first. */
export const OutboxPage = z.object({ rows: z.array(OutboxRow), nextCursor: z.string().optional() })
export type OutboxPage = z.infer<typeof OutboxPage>

/** POST /v1/admin/outbox/{row}/retry: a row is its app's. */
export const RetryRowRequest = z.strictObject({ app: AppId })
export type RetryRowRequest = z.infer<typeof RetryRowRequest>
