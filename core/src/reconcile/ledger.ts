import { type GrantId, logEntriesPerRead, logEntriesReread } from '@holdfast/contract'
import type { Change, ChangesReply, EventRef } from '@holdfast/inventory'
import type { Core } from '../context.ts'
import { endedHoldExpiry } from '../retention.ts'
import type { Documents, SeatDoc } from '../store/schema.ts'
import { isDuplicate } from '../store/store.ts'
import { holdDeliveries } from '../webhooks/hold-notices.ts'
import { enqueue } from '../webhooks/queue.ts'
import type { AddressShares } from './address-shares.ts'

type Reservation = Documents['reservations']
type Cursor = Documents['cursors']
type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log' | 'retention'>

const transactionMs = 5_000
/** Reads of one event in one round, so that a hot event does not starve the others. */
const readsPerRound = 20

/** Whether the log still had all that it had when it was read last. */
export type LedgerOutcome = 'read' | 'lost'

/** What the log says since the cursor, or where to go on because it does not have that. */
type Reading =
  | { readonly word: 'fresh'; readonly changes: readonly Change[]; readonly newestVer: number }
  | { readonly word: 'new_epoch' | 'rolled_back' | 'gap'; readonly next: Cursor }

/** Names an entry: another one with its version is another one. */
const nameOf = ({ kind, atMs, grantId }: Change): string => `${kind}@${atMs} ${grantId ?? ''}`

/**
 * Compares what the log says with what is known of it. The last entry is read again each time: when it is gone, or is
 * another one, Redis came back without what it had acknowledged, and what it has instead is read anew.
 */
function readingOf(cursor: Cursor, reply: Exclude<ChangesReply, { word: 'not_ready' }>): Reading {
  if (reply.word === 'gap') {
    const { epoch, ver } = reply
    // A new epoch starts at its first version; its holds are reported lost one by one, when they are asked for.
    if (epoch !== cursor.epoch) return { word: 'new_epoch', next: { ...cursor, epoch, ver: 0, tail: null } }
    if (ver < cursor.ver) return rolledBack(cursor, ver)
    return { word: 'gap', next: { ...cursor, ver, tail: null } }
  }
  const { newestVer, changes } = reply
  if (newestVer < cursor.ver) return rolledBack(cursor, newestVer)
  const [known] = changes
  if (cursor.tail !== null && known && nameOf(known) !== cursor.tail) {
    return rolledBack(cursor, Math.max(0, cursor.ver - logEntriesReread))
  }
  return { word: 'fresh', changes: changes.filter(({ ver }) => ver > cursor.ver), newestVer }
}

const rolledBack = (cursor: Cursor, ver: number): Reading => ({
  word: 'rolled_back',
  next: { ...cursor, ver, tail: null, losses: cursor.losses + 1 },
})

/**
 * Copies the log of an event into reservations, from where it was left, for reporting. The log never decides: a
 * reservation that is decided already stays as it is. What the log has lost is counted.
 */
export async function tailLedger(
  ctx: Context,
  ref: EventRef,
  shares?: AddressShares,
): Promise<LedgerOutcome> {
  const { appId, eventId } = ref
  let outcome: LedgerOutcome = 'read'
  for (let read = 0; read < readsPerRound; read++) {
    const cursor = (await ctx.store.get(appId, 'cursors', { eventId })) ?? newCursor(ref)
    const from = cursor.tail === null ? cursor.ver : cursor.ver - 1
    const reply = await ctx.inventory.changesSince(ref, cursor.epoch, from, logEntriesPerRead)
    if (reply.word === 'not_ready') return outcome
    const reading = readingOf(cursor, reply)
    if (reading.word === 'fresh') {
      const last = reading.changes.at(-1)
      if (!last) return outcome
      const next = { ...cursor, ver: last.ver, tail: nameOf(last) }
      if (await record(ctx, ref, reading.changes, next)) {
        ctx.log({ event: 'ledger_read', appId, eventId, ...countOf(reading.changes) })
        shares?.learn(ref, reading.changes)
      }
      if (last.ver >= reading.newestVer) return outcome
      continue
    }
    await record(ctx, ref, [], reading.next)
    if (reading.word === 'new_epoch') continue
    const span = { from: cursor.ver, to: reading.next.ver }
    ctx.log({ level: 'warn', event: `ledger_${reading.word}`, appId, eventId, ...span })
    outcome = 'lost'
  }
  return outcome
}

const newCursor = ({ appId, eventId }: EventRef): Cursor => ({
  ...{ appId, eventId, epoch: 0, ver: 0, tail: null, losses: 0 },
})

/** What became of holds, and how many seats were freed because their time was over. */
function countOf(changes: readonly Change[]) {
  const of = (wanted: Change['kind']) => changes.filter(({ kind }) => kind === wanted)
  const freed = of('expire').flatMap(({ marks }) => marks.filter(({ byte }) => byte === 'F'))
  const [held, extended, released, expired] = [of('hold'), of('extend'), of('release'), of('expire')]
  return {
    held: held.length,
    extended: extended.length,
    released: released.length,
    expired: expired.length,
    freed: freed.length,
  }
}

/** Writes what the changes say of their grants and moves the cursor, together. False: somebody else moved it. */
async function record(
  ctx: Context,
  { appId, eventId }: EventRef,
  changes: readonly Change[],
  cursor: Cursor,
): Promise<boolean> {
  const latest = foldByGrant({ appId, eventId }, changes, endedHoldExpiry(ctx))
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
        const { owner, status, until, expiresAt } = now
        await tx.updateIf(
          appId,
          'reservations',
          { eventId, grantId, status: 'ACTIVE' },
          { set: { owner, status, until, expiresAt } },
        )
      }
      await enqueue(tx, appId, deliveries)
      await tx.putIf(appId, 'cursors', cursor, {})
    })
    return true
  } catch (error) {
    // A confirm wrote one of them meanwhile, or another core told of them: the next round reads it as known.
    const isKnown =
      isDuplicate(error, 'reservations', 'primary') || isDuplicate(error, 'deliveries', 'primary')
    if (!isKnown) throw error
    return false
  }
}

const statusAfter = { release: 'RELEASED', expire: 'EXPIRED' } as const

/**
 * The newest word on each grant. A sale is not among them: only the commit writes CONFIRMED. `expiry` is when what is over
 * by now may go.
 */
function foldByGrant(ref: EventRef, changes: readonly Change[], expiry: Date): Map<GrantId, Reservation> {
  const latest = new Map<GrantId, Reservation>()
  for (const { kind, grantId, owner, seats, untilMs, atMs } of changes) {
    if (!grantId || kind === 'apply') continue
    const ended = kind === 'release' || kind === 'expire' ? statusAfter[kind] : null
    latest.set(grantId, {
      appId: ref.appId,
      eventId: ref.eventId,
      grantId,
      owner,
      status: ended ?? 'ACTIVE',
      seats: [...seats],
      until: new Date(untilMs),
      bookingId: null,
      createdAt: latest.get(grantId)?.createdAt ?? new Date(atMs),
      expiresAt: ended ? expiry : null,
    })
  }
  return latest
}

/** Records live holds that the log no longer tells of, by the seats that they have among these. */
export async function learnHolds(
  { store, inventory, platform }: Pick<Core, 'store' | 'inventory' | 'platform'>,
  ref: EventRef,
  page: readonly SeatDoc[],
): Promise<void> {
  const { appId, eventId } = ref
  const reply = await inventory.holders(
    ref,
    page.map(({ seatId }) => seatId),
  )
  if (reply.word === 'not_ready' || reply.holders.length === 0) return
  const priceOf = new Map(page.map(({ seatId, price }) => [seatId, price]))
  const grants = Map.groupBy(reply.holders, ({ grantId }) => grantId)
  const known = await store.find(
    appId,
    'reservations',
    { eventId, grantId: { in: [...grants.keys()] } },
    { limit: grants.size },
  )
  for (const { grantId } of known) grants.delete(grantId)
  const createdAt = new Date(platform.now())
  const fresh = [...grants].flatMap(([grantId, [first, ...more]]): Reservation[] => {
    if (!first) return []
    const seats = [first, ...more].map(({ seatId }) => ({ id: seatId, price: priceOf.get(seatId) ?? 0 }))
    const { owner, untilMs } = first
    const until = new Date(untilMs)
    const open = { until, bookingId: null, createdAt, expiresAt: null }
    return [{ appId, eventId, grantId, owner, status: 'ACTIVE', seats, ...open }]
  })
  if (fresh.length === 0) return
  await store.insert(appId, 'reservations', fresh).catch((error: unknown) => {
    // Somebody was faster with one of them: the next time the others are learned.
    if (!isDuplicate(error, 'reservations', 'primary')) throw error
  })
}
