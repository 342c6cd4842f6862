import type { AppId, SeatId } from '@holdfast/contract'
import type { BookingDoc, OutboxDoc } from '../store/schema.ts'
import type { Statements, Store } from '../store/store.ts'
import { bookingView } from './booking-view.ts'
import type { Count } from './buyer-limits.ts'
import { type Claim, completeKey, type Reply } from './claim-key.ts'

/** Thrown inside the transaction, to undo it: not every seat was AVAILABLE. */
export class SeatsTaken extends Error {}

/** The answer to a committed confirm; the same booking always gives the same bytes. */
export const bookedReply = (booking: BookingDoc): Reply => ({
  status: 201,
  body: JSON.stringify(bookingView(booking)),
})

/** What a commit writes, and what it is written under. */
export interface Commit {
  readonly booking: BookingDoc
  readonly claim: Claim
  readonly pokes: readonly OutboxDoc[]
  /** What each limit that applies counts of it. */
  readonly counts: readonly Count[]
  readonly budgetMs: number
  /** Throws when it is too late to decide this (`late-sale.ts`). It only gives up, so it may be asked again and again. */
  readonly assertTimely: () => void
}

/**
 * Commits a booking: the five statements that turn a grant into a sale, and one for each limit that counts it, together or
 * not at all.
 *
 * The first is the fence. A reservation is decided once: a sweep that decided EXPIRED before makes this fail, and
 * this makes a later sweep fail. Whether that may be forgotten by now is asked when the fence stands. The second lets the
 * store say who gets the seats, whatever Redis believes.
 *
 * @throws SeatsTaken | ClaimLost | StoreError: `duplicate` of `reservations` (the grant is decided already) of
 *   `bookings` (`primary`: the id is taken, come again with another) or of `tallies` (somebody has booked meanwhile: count
 *   again), and the store's own; and what `assertTimely` does.
 */
export async function commitBooking(
  store: Store,
  { booking, claim, pokes, counts, budgetMs, assertTimely }: Commit,
): Promise<void> {
  const { appId, eventId, grantId, bookingId, owner, seats, createdAt } = booking
  const ids = seats.map((seat) => seat.id)
  const sale = { appId, eventId, grantId, owner, seats, bookingId, createdAt }
  const decided = { ...sale, status: 'CONFIRMED', until: null, expiresAt: null } as const
  await store.transaction(budgetMs, async (tx) => {
    await tx.putIf(appId, 'reservations', decided, { status: 'ACTIVE' })
    assertTimely()
    const sold = await tx.updateIf(
      appId,
      'seats',
      { eventId, seatId: { in: ids }, state: 'AVAILABLE' },
      { set: { state: 'BOOKED', grantId, bookingId }, inc: { rev: 1 } },
    )
    if (sold !== ids.length) throw new SeatsTaken()
    for (const { after, when } of counts) await tx.putIf(appId, 'tallies', after, when)
    await tx.insert(appId, 'bookings', booking)
    await completeKey(tx, claim, bookedReply(booking))
    await tx.insert(appId, 'outbox', pokes)
  })
}

/** Gives seats of a booking back for sale, and says how many. Part of the transaction that ends the booking, or a part of it. */
export async function freeSeats(
  tx: Statements,
  booking: BookingDoc,
  seats: readonly { readonly id: SeatId }[],
): Promise<number> {
  const { appId, eventId, bookingId } = booking
  return tx.updateIf(
    appId,
    'seats',
    { eventId, seatId: { in: seats.map((seat) => seat.id) }, state: 'BOOKED', bookingId },
    { set: { state: 'AVAILABLE', bookingId: null }, inc: { rev: 1 } },
  )
}

/** Which of these seats somebody has booked; only for telling, never for deciding. */
export async function bookedAmong(
  store: Store,
  appId: AppId,
  eventId: BookingDoc['eventId'],
  seats: readonly SeatId[],
): Promise<SeatId[]> {
  const found = await store.find(
    appId,
    'seats',
    { eventId, seatId: { in: seats }, state: 'BOOKED' },
    { limit: seats.length },
  )
  return found.map((seat) => seat.seatId)
}
