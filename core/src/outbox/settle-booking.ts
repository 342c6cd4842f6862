import { BookingId } from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { OutboxDoc } from '../store/schema.ts'

/** Tells the inventory what the store says of a booking's seats, now. */
export async function settleBooking(
  { store, inventory }: Pick<Core, 'store' | 'inventory'>,
  { appId, eventId, subject }: OutboxDoc,
): Promise<void> {
  const booking = await store.get(appId, 'bookings', { bookingId: BookingId.parse(subject) })
  if (!booking) return
  const seatId = { in: booking.seats.map((seat) => seat.id) }
  const seats = await store.find(appId, 'seats', { eventId, seatId }, { limit: booking.seats.length })
  // `not_ready`: the inventory is about to be built from this very truth.
  await inventory.apply({ appId, eventId }, seats)
}
