/** Who changed what. */
import { AppId, AuditActorKind, AuditOutcome } from '@holdfast/contract'
import * as z from 'zod'
import { date } from './date.ts'

/**
 * One call that has changed something: written with the change, never changed itself, deleted at `expiresAt`. `actor` is the digest
 * of an admin's name, the id of a key, or `cli`; `user` the digest of the buyer for whom a server has called. `appId` is
 * `pool` or `system` where it is of no app. Two entries never have one `entryId`, which is made of the call's assertion.
 */
export const AuditEntryShape = z.object({
  appId: AppId,
  entryId: z.string(),
  actorKind: AuditActorKind,
  actor: z.string().nullable(),
  user: z.string().nullable(),
  operation: z.string(),
  outcome: AuditOutcome,
  fields: z.array(z.string()),
  object: z.string().nullable(),
  ids: z.record(z.string(), z.string()),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  cursor: z.string(),
  createdAt: date(),
  expiresAt: date(),
})
