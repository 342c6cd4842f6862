import type { AppId, SeatId } from '@holdfast/contract'
import type { BookingDoc, OutboxDoc } from '../store/schema.ts'
import type { Statements, Store } from '../store/store.ts'
import { bookingView } from './booking-view.ts'
import { type Claim, completeKey, type Reply } from './claim-key.ts'

/** Thrown inside the transaction, to undo it: not every seat was AVAILABLE. */
export class SeatsTaken extends Error {}

/** The answer to a committed confirm; the same booking always gives the same bytes. */
export const bookedReply = (booking: BookingDoc): Reply => ({
  status: 201,
  body: JSON.stringify(bookingView(booking)),
})

/**
 * Commits a booking: the five statements that turn a grant into a sale, together or not at all.
 *
 * The first is the fence. A reservation is decided once: a sweep that decided EXPIRED before makes this fail, and
 * this makes a later sweep fail. The second lets the store say who gets the seats, whatever Redis believes.
 *
 * @throws SeatsTaken | ClaimLost | StoreError: `duplicate` of `reservations` (the grant is decided already) or of
 *   `bookings` (`primary`: the id is taken, come again with another), and the store's own.
 */
export async function commitBooking(
  store: Store,
  booking: BookingDoc,
  claim: Claim,
  pokes: readonly OutboxDoc[],
  budgetMs: number,
): Promise<void> {
  const { appId, eventId, grantId, bookingId, owner, seats, createdAt } = booking
  const ids = seats.map((seat) => seat.id)
  await store.transaction(budgetMs, async (tx) => {
    await tx.putIf(
      appId,
      'reservations',
      { appId, eventId, grantId, owner, seats, bookingId, createdAt, status: 'CONFIRMED', until: null },
      { status: 'ACTIVE' },
    )
    const sold = await tx.updateIf(
      appId,
      'seats',
      { eventId, seatId: { in: ids }, state: 'AVAILABLE' },
      { set: { state: 'BOOKED', grantId, bookingId }, inc: { rev: 1 } },
    )
    if (sold !== ids.length) throw new SeatsTaken()
    await tx.insert(appId, 'bookings', booking)
    await completeKey(tx, claim, bookedReply(booking))
    await tx.insert(appId, 'outbox', pokes)
  })
}

/**
 * Gives seats of a booking back for sale, and says how many there were. Part of the transaction that ends the booking,
 * or the part of it.
 */
export async function freeSeats(
  tx: Statements,
  { appId, eventId, bookingId }: BookingDoc,
  seats: readonly { readonly id: SeatId }[],
): Promise<number> {
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
