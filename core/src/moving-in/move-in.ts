import {
  base62Of,
  coreBudgetMs,
  EventInput,
  GrantId,
  paymentAccountDefault,
  type SeatInput,
} from '@holdfast/contract'
import type { Receipts } from '../bookings/receipts.ts'
import type { Core } from '../context.ts'
import { cursorOf } from '../cursor.ts'
import { blockSeats } from '../events/block-seats.ts'
import { putEvent } from '../events/put-event.ts'
import { syncSeats } from '../events/sync-seats.ts'
import { bookingPokes } from '../outbox/rows.ts'
import { newPayment } from '../payments/payment-rows.ts'
import type { BookingDoc, Documents } from '../store/schema.ts'
import { isDuplicate, poolScope, type Statements } from '../store/store.ts'
import { type Legacy, type LegacyApp, LegacyError, type LegacyEvent, type LegacySale } from './legacy.ts'

type Context = Pick<Core, 'store' | 'platform'> & { readonly receipts: Pick<Receipts, 'sign'> }

/** How many of each were new; the others were there already. */
export interface MovedIn {
  readonly apps: number
  readonly users: number
  readonly events: number
  readonly seats: number
  readonly bookings: number
}

/** Inserts what is not there yet, and says whether it was new. */
async function insertOnce(
  insert: () => Promise<void>,
  collection: 'apps' | 'keys' | 'users',
): Promise<boolean> {
  try {
    await insert()
    return true
  } catch (error) {
    if (isDuplicate(error, collection, 'primary')) return false
    throw error
  }
}

/** The id of a moved key says whose it is, so that it is moved once. */
async function moveApp({ store }: Context, { app, keyHash }: LegacyApp): Promise<boolean> {
  const { appId, createdAt } = app
  const isNew = await insertOnce(() => store.insert(appId, 'apps', app), 'apps')
  if (keyHash !== null) {
    const key = {
      appId,
      keyId: `legacy_${appId}`,
      kind: 'legacy',
      hash: keyHash,
      expiresAt: null,
      createdAt,
    } as const
    // One that was moved before may be withdrawn since.
    if (isNew) await insertOnce(() => store.insert(appId, 'keys', key), 'keys')
  }
  return isNew
}

async function moveUser({ store }: Context, user: Documents['users']): Promise<boolean> {
  try {
    return await insertOnce(() => store.insert(poolScope, 'users', user), 'users')
  } catch (error) {
    if (!isDuplicate(error, 'users', 'email')) throw error
    throw new LegacyError(
      `${user.email} has an account here under another id: change one of them, then go on`,
    )
  }
}

const seatsPerRead = 500

async function seatsNotThere(
  { store }: Context,
  { appId, eventId, seats }: LegacyEvent,
): Promise<SeatInput[]> {
  const missing: SeatInput[] = []
  for (let from = 0; from < seats.length; from += seatsPerRead) {
    const page = seats.slice(from, from + seatsPerRead)
    const ids = page.map(({ id }) => id)
    const found = await store.find(appId, 'seats', { eventId, seatId: { in: ids } }, { limit: ids.length })
    const known = new Set(found.map(({ seatId }) => seatId))
    missing.push(...page.filter(({ id }) => !known.has(id)))
  }
  return missing
}

/** Only what is new is written: what an organiser has changed here since stays. */
async function moveEvent(ctx: Context, event: LegacyEvent): Promise<{ isNew: boolean; seats: number }> {
  const { appId, eventId, name, currency, blocked } = event
  if (!(await ctx.store.get(appId, 'apps', {})))
    throw new LegacyError(`there is no app ${appId}: create it first`)
  const isNew = (await ctx.store.get(appId, 'events', { eventId })) === null
  if (isNew) await putEvent(ctx, { appId, eventId, input: EventInput.parse({ name, currency }) })
  const seats = await seatsNotThere(ctx, event)
  if (seats.length > 0) await syncSeats(ctx, { appId, eventId, seats })
  const fresh = new Set(seats.map(({ id }) => id))
  const ids = blocked.filter((id) => fresh.has(id))
  for (let from = 0; from < ids.length; from += seatsPerRead) {
    await blockSeats(ctx, { appId, eventId, seats: ids.slice(from, from + seatsPerRead), blocked: true })
  }
  return { isNew, seats: seats.length }
}

/** A grant that nobody made and nobody can guess the maker of: the same for the same booking. */
async function grantOf({ platform }: Context, { appId, bookingId }: LegacySale): Promise<GrantId> {
  const digest = await platform.sha256(new TextEncoder().encode(`moved-in ${appId} ${bookingId}`))
  return GrantId.parse(`hold_${base62Of(digest)}.0.0`)
}

async function bookingOf(ctx: Context, sale: LegacySale): Promise<BookingDoc> {
  const { appId, eventId, bookingId, owner, seat, paymentId, paymentStatus, createdAt } = sale
  const event = await ctx.store.get(appId, 'events', { eventId })
  if (!event) throw new LegacyError(`there is no event ${eventId}, which the booking ${bookingId} names`)
  const draft: Omit<BookingDoc, 'receipt'> = {
    appId,
    domain: event.domain,
    bookingId,
    eventId,
    grantId: await grantOf(ctx, sale),
    owner,
    buyerName: sale.buyerName,
    buyerEmail: sale.buyerEmail,
    status: 'CONFIRMED',
    paymentStatus,
    provider: seat.price === 0 ? 'none' : 'external',
    account: paymentAccountDefault,
    paymentId,
    seats: [seat],
    cancelled: [],
    cancellations: 0,
    total: seat.price,
    retained: paymentStatus === 'FAILED' ? 0 : seat.price,
    currency: event.currency,
    terms: { charges: [], cancellation: null, startsAt: event.startsAt },
    cursor: cursorOf(createdAt, bookingId),
    createdAt,
  }
  return { ...draft, receipt: await ctx.receipts.sign(draft) }
}

const paymentStates = { SUCCESS: 'CAPTURED', PENDING: 'PENDING', FAILED: 'DECLINED' } as const

/** The payment is known here too, so that it pays for nothing else. */
async function recordPayment(tx: Statements, booking: BookingDoc): Promise<void> {
  const { appId, provider, account, paymentId, total: amount, paymentStatus, createdAt } = booking
  if (paymentId === null || (await tx.get(appId, 'payments', { provider, account, paymentId }))) return
  const times = { nowMs: createdAt.getTime(), dueAtMs: 0, reference: null }
  const state = paymentStates[paymentStatus]
  const captured = state === 'CAPTURED' ? amount : 0
  const payment = newPayment({ ...booking, kind: 'secret', amount }, paymentId, times)
  // What became of it was between the predecessor and its provider.
  await tx.insert(appId, 'payments', { ...payment, state, captured, dueAt: null })
}

/** Books the seat as a commit does, unless the booking is there; a failed one has given its seat back. */
async function moveSale(ctx: Context, sale: LegacySale): Promise<boolean> {
  const { appId, eventId, bookingId, seat } = sale
  if (await ctx.store.get(appId, 'bookings', { bookingId })) return false
  const booking = await bookingOf(ctx, sale)
  const pokes = bookingPokes(booking, ctx.platform)
  const { grantId, owner, seats, createdAt } = booking
  await ctx.store.transaction(coreBudgetMs, async (tx) => {
    if (booking.paymentStatus !== 'FAILED') {
      const decided = { appId, eventId, grantId, owner, seats, bookingId, createdAt, until: null } as const
      await tx.insert(appId, 'reservations', { ...decided, status: 'CONFIRMED' })
      const sold = await tx.updateIf(
        appId,
        'seats',
        { eventId, seatId: seat.id, state: 'AVAILABLE' },
        { set: { state: 'BOOKED', grantId, bookingId }, inc: { rev: 1 } },
      )
      if (sold !== 1)
        throw new LegacyError(`the seat ${seat.id} of ${bookingId} is sold to somebody else here`)
    }
    await recordPayment(tx, booking)
    await tx.insert(appId, 'bookings', booking)
    await tx.insert(appId, 'outbox', pokes)
  })
  return true
}

/** Shows long work. */
export type MovingProgress = (what: keyof MovedIn, total: number) => (done: number) => void

/**
 * Brings in what a predecessor's files say. What is there already stays as it is, so it may run again, any number of
 * times, also while core serves: after a failure it goes on where it was.
 * @throws LegacyError with what to do; Problem and StoreError as the use-cases that it calls.
 */
export async function moveIn(ctx: Context, legacy: Legacy, progress: MovingProgress): Promise<MovedIn> {
  const count = { apps: 0, users: 0, events: 0, seats: 0, bookings: 0 }
  const each = async <Item>(
    what: keyof MovedIn,
    items: readonly Item[],
    move: (item: Item) => Promise<boolean>,
  ) => {
    const done = progress(what, items.length)
    for (const [at, item] of items.entries()) {
      if (await move(item)) count[what] += 1
      done(at + 1)
    }
  }
  await each('apps', legacy.apps, (app) => moveApp(ctx, app))
  await each('users', legacy.users, (user) => moveUser(ctx, user))
  await each('events', legacy.events, async (event) => {
    const { isNew, seats } = await moveEvent(ctx, event)
    count.seats += seats
    return isNew
  })
  await each('bookings', legacy.sales, (sale) => moveSale(ctx, sale))
  return count
}
