import * as z from 'zod'
import { AppId } from './ids.ts'
import { auditFilterLengthMax } from './limits.ts'
import { PageQuery } from './pages.ts'
import { Time } from './times.ts'

/** Who has changed something: the operator's people, an app's server by its secret key, or somebody at the machine itself. */
export const AuditActorKind = z.enum(['admin', 'key', 'cli'])
export type AuditActorKind = z.infer<typeof AuditActorKind>

/** `unchanged`: it succeeded, and all was as it was asked for. */
export const AuditOutcome = z.enum(['changed', 'unchanged'])
export type AuditOutcome = z.infer<typeof AuditOutcome>

const filter = z.string().min(1).max(auditFilterLengthMax)

/** GET /v1/audit-log?...; `from` is in the range and `to` is not. */
export const AuditLogQuery = PageQuery.extend({
  /** An admin's name or its digest, a key's id, or `cli`. */
  actor: filter.optional(),
  /** A buyer for whom a server has called, as `ext:app_1:42`, or the digest that is told of them. */
  user: filter.optional(),
  operation: filter.optional(),
  object: filter.optional(),
  from: Time.optional(),
  to: Time.optional(),
})
export type AuditLogQuery = z.infer<typeof AuditLogQuery>

/** GET /v1/admin/audit-log?... */
export const AdminAuditLogQuery = AuditLogQuery.extend({ app: AppId.optional() })
export type AdminAuditLogQuery = z.infer<typeof AdminAuditLogQuery>

/** One call that has changed something, or could have: who, what, which object, from where and when. It has no value of a body. */
export const AuditEntry = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  /** Whose documents were changed; null: of no app. */
  app: AppId.nullable(),
  /** `id` is an admin's name, or the digest of one who is not configured any more; or the id of a key. Null: it is not known. */
  actor: z.object({ kind: AuditActorKind, id: z.string().nullable() }),
  /** The digest of the buyer for whom a server has called. */
  user: z.string().nullable(),
  operation: z.string(),
  outcome: AuditOutcome,
  /** The names of the body's fields. */
  fields: z.array(z.string()),
  /** What it was done to, by its id. */
  object: z.string().nullable(),
  /** All ids: of the path, by their names there, and of what was made. */
  ids: z.array(z.object({ name: z.string(), id: z.string() })),
  /** Null: it came from no network, or is not for who reads. */
  address: z.string().nullable(),
  requestId: z.string().nullable(),
})
export type AuditEntry = z.infer<typeof AuditEntry>

/** One page of entries, newest first; `nextCursor` is absent on the last. */
export const AuditLogPage = z.object({ entries: z.array(AuditEntry), nextCursor: z.string().optional() })
export type AuditLogPage = z.infer<typeof AuditLogPage>
