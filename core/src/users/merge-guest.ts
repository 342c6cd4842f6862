import {
  type AppId,
  type EventId,
  faultNameOf,
  type GrantId,
  type GuestMerge,
  isGuest,
  mergeAgainMs,
  mergedPerPass,
  mergesPerRound,
  type Principal,
  Problem,
} from '@holdfast/contract'
import { type EventRef, holdView } from '@holdfast/inventory'
import { buyerOf } from '../bookings/buyer.ts'
import type { Core } from '../context.ts'
import type { Documents } from '../store/schema.ts'
import { everyApp, isDuplicate, type Statements } from '../store/store.ts'

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log'>

/** A guest, and the account that they are from now on. */
interface Merge {
  readonly appId: AppId
  readonly guest: Principal
  readonly owner: Principal
}

interface Held extends EventRef {
  readonly grantId: GrantId
}

const nameOf = ({ eventId, grantId }: Pick<Held, 'eventId' | 'grantId'>): string => `${eventId}/${grantId}`

const transactionMs = 5_000

/**
 * Takes what a guest has along into an account: holds, payments and bookings of the app. It may end anywhere and be called
 * again by the same account, which brings the rest and what has come since. What the guest has under way stays theirs, so
 * that its own answer is right, and follows when it is decided (`finishMerges`).
 *
 * @param events where the guest may hold something that the ledger has not read yet.
 * @throws Problem `guest_merged`: another account has the guest; `user_deactivated`
 */
export async function mergeGuest(
  ctx: Context,
  merge: Merge,
  events: readonly EventId[],
): Promise<GuestMerge> {
  const { appId, owner } = merge
  await buyerOf(ctx, { owner, externalUser: undefined })
  // Whose receipts are a guest's could not be told after two of them.
  if (isGuest(owner)) throw new Problem('forbidden')
  const now = ctx.platform.now()
  const doc = { ...merge, dueAt: new Date(now + mergeAgainMs), createdAt: new Date(now) }
  try {
    await ctx.store.putIf(appId, 'guestMerges', doc, { owner })
  } catch (error) {
    if (isDuplicate(error, 'guestMerges', 'primary')) throw new Problem('guest_merged')
    throw error
  }
  return bringAlong(ctx, merge, events)
}

/**
 * Looks again at guests who were merged a while ago, those that wait longest first, and says how many there were: by then
 * every confirm that they had under way is decided.
 */
export async function finishMerges(ctx: Context): Promise<number> {
  const dueAt = { lte: new Date(ctx.platform.now()) }
  const oldest = { orderBy: 'dueAt', limit: mergesPerRound } as const
  const due = await ctx.store.find(everyApp, 'guestMerges', { dueAt }, oldest)
  for (const doc of due) await finishMerge(ctx, doc)
  return due.length
}

async function finishMerge(ctx: Context, doc: Documents['guestMerges']): Promise<void> {
  const { appId, guest } = doc
  const again = new Date(ctx.platform.now() + mergeAgainMs)
  let dueAt: Date | null = again
  try {
    const { left } = await bringAlong(ctx, doc, [])
    dueAt = left.some(({ reason }) => reason === 'confirm_in_progress') ? again : null
  } catch (error) {
    ctx.log({ level: 'error', event: 'merge_failed', appId, fault: faultNameOf(error) })
  }
  await ctx.store.updateIf(appId, 'guestMerges', { guest, dueAt: doc.dueAt }, { set: { dueAt } })
}

/** Gives each hold of the guest to the account, then what the store has of both. */
async function bringAlong(ctx: Context, merge: Merge, named: readonly EventId[]): Promise<GuestMerge> {
  const { store } = ctx
  const { appId, guest } = merge
  const open = await store.find(
    appId,
    'reservations',
    { owner: guest, status: 'ACTIVE' },
    { limit: mergedPerPass },
  )
  const underWay = await confirmsOf(ctx, merge)
  const events = new Set([...named, ...open.map(({ eventId }) => eventId)])
  const holds = new Map(
    open.map((one) => [nameOf(one), { appId, eventId: one.eventId, grantId: one.grantId }]),
  )
  for (const eventId of events) {
    const reply = await ctx.inventory.owned({ appId, eventId }, guest)
    if (reply.word === 'not_ready') continue
    for (const { grantId } of reply.holds)
      holds.set(nameOf({ eventId, grantId }), { appId, eventId, grantId })
  }

  const moved: GuestMerge['holds'] = []
  const left: GuestMerge['left'] = []
  for (const hold of holds.values()) {
    const stays = underWay.has(nameOf(hold)) ? 'confirm_in_progress' : await reassign(ctx, merge, hold, moved)
    if (stays) left.push({ id: hold.grantId, event: hold.eventId, reason: stays })
  }
  const bookings = await store.transaction(transactionMs, (tx) =>
    rewrite(tx, merge, [...holds.values()], left),
  )
  return { holds: moved, bookings, left }
}

/** The grants that a confirm of the guest is under way for. */
async function confirmsOf({ store }: Context, { appId, guest }: Merge): Promise<ReadonlySet<string>> {
  const claimed = { owner: guest, status: 'CLAIMED' } as const
  const claims = await store.find(appId, 'idempotency', claimed, { limit: mergedPerPass })
  return new Set(claims.flatMap(({ about }) => (about ? [nameOf(about)] : [])))
}

/** Gives one hold to the account, unless that would hold too much. What is over is the account's past. */
async function reassign(
  ctx: Context,
  { guest, owner }: Merge,
  hold: Held,
  moved: GuestMerge['holds'],
): Promise<'too_many_holds' | null> {
  const reply = await ctx.inventory.reassign(hold, hold.grantId, guest, owner)
  if (reply.word === 'too_many') return 'too_many_holds'
  if (reply.word === 'reassigned') moved.push(holdView(hold.eventId, reply.hold, reply.nowMs))
  return null
}

/** Makes the account the owner of what is not left with the guest, and says of how many bookings. */
async function rewrite(
  tx: Statements,
  { appId, guest, owner }: Merge,
  holds: readonly Held[],
  left: GuestMerge['left'],
): Promise<number> {
  const stays = new Set(left.map(({ id, event }) => nameOf({ eventId: event, grantId: id })))
  const set = { set: { owner } }
  const mine = { owner: guest }
  const decided = ['CONFIRMED', 'EXPIRED', 'RELEASED'] as const
  await tx.updateIf(appId, 'reservations', { ...mine, status: { in: decided } }, set)
  for (const [eventId, grants] of byEvent(holds, stays))
    await tx.updateIf(appId, 'reservations', { ...mine, eventId, grantId: { in: grants } }, set)
  const payments = await tx.find(appId, 'payments', mine, { limit: mergedPerPass })
  for (const [eventId, grants] of byEvent(payments, stays))
    await tx.updateIf(appId, 'payments', { ...mine, eventId, grantId: { in: grants } }, set)
  return tx.updateIf(appId, 'bookings', mine, { set: { owner, soldTo: guest } })
}

/** The grants of each event, but for those that stay. */
function byEvent(
  all: readonly Pick<Held, 'eventId' | 'grantId'>[],
  stays: ReadonlySet<string>,
): Map<EventId, GrantId[]> {
  const go = all.filter((one) => !stays.has(nameOf(one)))
  const groups = Map.groupBy(go, ({ eventId }) => eventId)
  return new Map([...groups].map(([eventId, some]) => [eventId, some.map(({ grantId }) => grantId)]))
}
