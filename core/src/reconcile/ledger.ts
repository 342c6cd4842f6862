import { type GrantId, logEntriesPerRead } from '@holdfast/contract'
import type { Change, EventRef } from '@holdfast/inventory'
import type { Core } from '../context.ts'
import type { Documents } from '../store/schema.ts'
import { isDuplicate } from '../store/store.ts'
import { holdDeliveries } from '../webhooks/hold-notices.ts'
import { enqueue } from '../webhooks/queue.ts'

type Reservation = Documents['reservations']
type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log'>

const transactionMs = 5_000
/** Reads of one event in one round, so that a hot event does not starve the others. */
const readsPerRound = 20

/**
 * Copies the log of an event into reservations, from where it was left, for reporting. The log never decides: a
 * reservation that is decided already stays as it is.
 */
export async function tailLedger(ctx: Context, ref: EventRef): Promise<void> {
  const { appId, eventId } = ref
  for (let read = 0; read < readsPerRound; read++) {
    const cursor = (await ctx.store.get(appId, 'cursors', { eventId })) ?? { epoch: 0, ver: 0 }
    const reply = await ctx.inventory.changesSince(ref, cursor.epoch, cursor.ver, logEntriesPerRead)
    if (reply.word === 'not_ready') return
    if (reply.word === 'gap') {
      // A new epoch starts at its first version; within one, what is missing is missing.
      const newEpoch = reply.epoch !== cursor.epoch
      if (!newEpoch) ctx.log({ event: 'ledger_gap', appId, eventId, from: cursor.ver, to: reply.ver })
      await record(ctx, ref, [], { epoch: reply.epoch, ver: newEpoch ? 0 : reply.ver })
      continue
    }
    const last = reply.changes.at(-1)
    if (!last) return
    await record(ctx, ref, reply.changes, { epoch: cursor.epoch, ver: last.ver })
    if (last.ver >= reply.newestVer) return
  }
}

/** Writes what the changes say of their grants and moves the cursor, together. */
async function record(
  ctx: Context,
  { appId, eventId }: EventRef,
  changes: readonly Change[],
  cursor: { epoch: number; ver: number },
): Promise<void> {
  const latest = foldByGrant({ appId, eventId }, changes)
  const ids = [...latest.keys()]
  const deliveries = await holdDeliveries(ctx, { appId, eventId }, cursor.epoch, changes)
  try {
    await ctx.store.transaction(transactionMs, async (tx) => {
      const known = await tx.find(
        appId,
        'reservations',
        { eventId, grantId: { in: ids } },
        { limit: Math.max(1, ids.length) },
      )
      const knownIds = new Set(known.map((one) => one.grantId))
      const fresh = [...latest.values()].filter((one) => !knownIds.has(one.grantId))
      if (fresh.length > 0) await tx.insert(appId, 'reservations', fresh)
      for (const { grantId } of known.filter((one) => one.status === 'ACTIVE')) {
        const now = latest.get(grantId)
        if (!now) continue
        const { status, until } = now
        await tx.updateIf(
          appId,
          'reservations',
          { eventId, grantId, status: 'ACTIVE' },
          { set: { status, until } },
        )
      }
      await enqueue(tx, appId, deliveries)
      await tx.putIf(appId, 'cursors', { appId, eventId, ...cursor }, {})
    })
  } catch (error) {
    // A confirm wrote one of them meanwhile, or another core told of them: the next round reads it as known.
    const isKnown =
      isDuplicate(error, 'reservations', 'primary') || isDuplicate(error, 'deliveries', 'primary')
    if (!isKnown) throw error
  }
}

const statusAfter = { release: 'RELEASED', expire: 'EXPIRED' } as const

/** The newest word on each grant. A sale is not among them: only the commit writes CONFIRMED. */
function foldByGrant(ref: EventRef, changes: readonly Change[]): Map<GrantId, Reservation> {
  const latest = new Map<GrantId, Reservation>()
  for (const { kind, grantId, owner, seats, untilMs, atMs } of changes) {
    if (!grantId || kind === 'apply') continue
    latest.set(grantId, {
      appId: ref.appId,
      eventId: ref.eventId,
      grantId,
      owner,
      status: kind === 'release' || kind === 'expire' ? statusAfter[kind] : 'ACTIVE',
      seats: [...seats],
      until: new Date(untilMs),
      bookingId: null,
      createdAt: latest.get(grantId)?.createdAt ?? new Date(atMs),
    })
  }
  return latest
}
