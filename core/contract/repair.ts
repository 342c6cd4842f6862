import * as z from 'zod'
import { AppId, EventId } from './ids.ts'
import { PageQuery } from './pages.ts'

const At = z.iso.datetime()

/** How one kind of background work goes, at the core that does it. */
export const RepairRound = z.object({
  name: z.string(),
  /** When the last round ended, and how long it took. */
  endedAt: At,
  tookMs: z.int(),
  /** Rounds since that core has started, and how many of them failed as a whole. */
  count: z.int(),
  failures: z.int(),
})
export type RepairRound = z.infer<typeof RepairRound>

/** Who does the background work, since when, and until when if it is not heard of again. */
export const RepairLease = z.object({
  host: z.string(),
  since: At,
  until: At,
  rounds: z.array(RepairRound),
})
export type RepairLease = z.infer<typeof RepairLease>

/** What Redis has of an event, and what of it is still to be done. */
export const RepairedInventory = z.object({
  isBuilt: z.boolean(),
  /** Holds, and what is remembered of ended ones, that somebody must look at some time; and now, some hundred at most. */
  waiting: z.int(),
  due: z.int(),
  /** Changes that are not in the store yet. */
  ledgerLag: z.int(),
})
export type RepairedInventory = z.infer<typeof RepairedInventory>

/** An event that repair looks at. */
export const RepairedEvent = z.object({
  app: AppId,
  event: EventId,
  /** How often its inventory was built; 1 when nothing was ever lost. */
  builds: z.int(),
  /** How often Redis came back without what it had acknowledged. */
  losses: z.int(),
  /** Null: Redis does not answer. */
  inventory: RepairedInventory.nullable(),
  /** The last comparison with the store that was written down; null: none was. */
  check: z
    .object({
      checkedAt: At,
      /** Seats that differed then, and what was missing beside them. */
      differing: z.int(),
      lacked: z.array(z.string()),
      /** Seats that differed in all comparisons, and when some did last. */
      mended: z.int(),
      mendedAt: At.nullable(),
    })
    .nullable(),
})
export type RepairedEvent = z.infer<typeof RepairedEvent>

/** The state of background work. */
export const RepairStatus = z.object({
  /** Null: no core has it. */
  lease: RepairLease.nullable(),
  outbox: z.object({ open: z.int(), oldestAt: At.nullable(), dead: z.int() }),
  /** Payments that were tried in vain and often, and refunds that were refused. */
  payments: z.object({ stuck: z.int(), refusedRefunds: z.int() }),
  events: z.array(RepairedEvent),
  nextCursor: z.string().optional(),
})
export type RepairStatus = z.infer<typeof RepairStatus>

/** GET /v1/admin/repair?...: with the events of one app, or of all. */
export const RepairQuery = PageQuery.extend({ app: AppId.optional() })
export type RepairQuery = z.infer<typeof RepairQuery>
