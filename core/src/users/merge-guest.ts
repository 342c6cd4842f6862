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
import { holdView } from '@holdfast/inventory'
import { buyerOf } from '../bookings/buyer.ts'
import type { Grant } from '../bookings/decide-grant.ts'
import { passRefusalOn } from '../bookings/last-refusal.ts'
import type { Core } from '../context.ts'
import { settlePoke } from '../outbox/rows.ts'
import type { BookingDoc, Documents, OutboxDoc } from '../store/schema.ts'
import { everyApp, isDuplicate, type Statements } from '../store/store.ts'

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log'>

/** A guest, and the account that they are from now on. */
interface Merge {
  readonly appId: AppId
  readonly guest: Principal
  readonly owner: Principal
}

type Held = Omit<Grant, 'owner'>

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
  const { isPart: _, ...told } = await bringAlong(ctx, merge, events)
  return told
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
  let isLeft = true
  try {
    const { left, isPart } = await bringAlong(ctx, doc, [])
    isLeft = isPart || left.length > 0
  } catch (error) {
    ctx.log({ level: 'error', event: 'merge_failed', appId, fault: faultNameOf(error) })
  }
  const dueAt = isLeft ? new Date(ctx.platform.now() + mergeAgainMs) : null
  await ctx.store.updateIf(appId, 'guestMerges', { guest, dueAt: doc.dueAt }, { set: { dueAt } })
}

/** Gives each hold of the guest to the account, then what the store has of both. `isPart`: there may be more. */
async function bringAlong(
  ctx: Context,
  merge: Merge,
  named: readonly EventId[],
): Promise<GuestMerge & { readonly isPart: boolean }> {
  const { store } = ctx
  const { appId, guest: owner } = merge
  const page = { limit: mergedPerPass }
  const open = await store.find(appId, 'reservations', { owner, status: 'ACTIVE' }, page)
  const underWay = await confirmsOf(ctx, merge)
  // A grant names its hold over all events.
  const holds = new Map<GrantId, Held>(
    open.map(({ eventId, grantId }) => [grantId, { appId, eventId, grantId }]),
  )
  for (const eventId of new Set([...named, ...open.map((one) => one.eventId)])) {
    const reply = await ctx.inventory.owned({ appId, eventId }, owner)
    if (reply.word === 'not_ready') continue
    for (const { grantId } of reply.holds) holds.set(grantId, { appId, eventId, grantId })
  }

  const moved: GuestMerge['holds'] = []
  const left: GuestMerge['left'] = []
  for (const hold of holds.values()) {
    const stays = underWay.has(hold.grantId) ? 'confirm_in_progress' : await reassign(ctx, merge, hold, moved)
    if (stays) left.push({ id: hold.grantId, event: hold.eventId, reason: stays })
  }
  const stays = new Set(left.map(({ id }) => id))
  const payments = await store.find(appId, 'payments', { owner }, page)
  const grants = [...holds.keys(), ...payments.map(({ grantId }) => grantId)].filter((id) => !stays.has(id))
  const bookings = await store.find(appId, 'bookings', { owner }, page)
  const pokes = bookings.map((booking) => settlePoke(booking, ctx.platform))
  await store.transaction(transactionMs, (tx) => rewrite(tx, merge, { grants, bookings, pokes }))
  const isPart = [open, payments, bookings].some(({ length }) => length === mergedPerPass)
  return { holds: moved, bookings: bookings.length, left, isPart }
}

/** The grants that a confirm of the guest is under way for. */
async function confirmsOf({ store }: Context, { appId, guest }: Merge): Promise<ReadonlySet<GrantId>> {
  const claimed = { owner: guest, status: 'CLAIMED' } as const
  const claims = await store.find(appId, 'idempotency', claimed, { limit: mergedPerPass })
  return new Set(claims.flatMap(({ about }) => about?.grantId ?? []))
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
  if (reply.word !== 'reassigned') return null
  // In Redis a hold whose payment was declined is as one that is being confirmed.
  if (reply.hold.status === 'confirming') await passRefusalOn(ctx, { ...hold, owner: guest }, owner)
  moved.push(holdView(hold.eventId, reply.hold, reply.nowMs))
  return null
}

/** What goes to the account: the grants, with their payments, and the bookings, which Redis is told of. */
interface Belongings {
  readonly grants: readonly GrantId[]
  readonly bookings: readonly BookingDoc[]
  readonly pokes: readonly OutboxDoc[]
}

async function rewrite(
  tx: Statements,
  { appId, guest, owner }: Merge,
  { grants, bookings, pokes }: Belongings,
): Promise<void> {
  const set = { set: { owner } }
  const sold = bookings.map(({ grantId }) => grantId)
  await tx.updateIf(appId, 'reservations', { owner: guest, grantId: { in: [...grants, ...sold] } }, set)
  await tx.updateIf(appId, 'payments', { owner: guest, grantId: { in: grants } }, set)
  if (bookings.length === 0) return
  const ids = bookings.map(({ bookingId }) => bookingId)
  const whole = { set: { owner, soldTo: guest } }
  await tx.updateIf(appId, 'bookings', { owner: guest, bookingId: { in: ids } }, whole)
  await tx.insert(appId, 'outbox', pokes)
}
