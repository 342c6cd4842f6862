/** What background work and imports note of themselves. */
import { AppId, EventId } from '@holdfast/contract'
import * as z from 'zod'
import { date } from './date.ts'

/** What the holder of a lease tells of itself: where it runs, since when it has the lease, and its last rounds. */
const Standing = z.object({
  host: z.string(),
  since: date(),
  rounds: z.array(
    z.object({ name: z.string(), endedAt: date(), tookMs: z.int(), count: z.int(), failures: z.int() }),
  ),
})

/** Who does a background job, until when; saves work and is never needed for safety (`appId` is `system`). */
export const LeaseShape = z.object({
  appId: AppId,
  name: z.string(),
  holder: z.string(),
  until: date(),
  standing: Standing.nullable().default(null),
})

/**
 * How far the log of an event's inventory has been read into reservations. `tail` names the last entry that was read
 * (null: none of this version was), so that a Redis that lost it is found out; `losses` counts how often one was.
 */
export const CursorShape = z.object({
  appId: AppId,
  eventId: EventId,
  epoch: z.int(),
  ver: z.int(),
  tail: z.string().nullable().default(null),
  losses: z.int().default(0),
})

/**
 * The last comparison of an event's inventory with the store; `mended` counts the seats that differed in all of them,
 * and `mendedAt` is when some did last. For the operator: nothing is decided by it.
 */
export const CheckShape = z.object({
  appId: AppId,
  eventId: EventId,
  checkedAt: date(),
  differing: z.int(),
  lacked: z.array(z.string()),
  mended: z.int(),
  mendedAt: date().nullable(),
})

/**
 * Which format the documents of this store have (`appId` is `system`): the one document of its kind. While a migration to
 * the next format is under way, `migration` says how far it has come: up to `after` (null: the beginning), a place in the
 * order of the documents of `collection` as the store has it.
 */
export const MetaShape = z.object({
  appId: AppId,
  name: z.literal('store'),
  format: z.int().positive(),
  migration: z.object({ collection: z.string(), after: z.string().nullable() }).nullable().default(null),
})

/** The last import into this store (`appId` is `system`). */
export const ImportShape = z.object({
  appId: AppId,
  name: z.literal('store'),
  digest: z.string(),
  status: z.enum(['RUNNING', 'DONE']),
  startedAt: date(),
})
