import { BookingId, receiptKeptMs } from '@holdfast/contract'
import { ticketOf } from '../bookings/booking-view.ts'
import type { Core } from '../context.ts'
import { applySeats } from '../events/apply-event.ts'
import type { OutboxDoc } from '../store/schema.ts'

/** Tells the inventory what the store says of a booking's seats, now, and gives it the receipt to show. */
export async function settleBooking(ctx: Pick<Core, 'store' | 'inventory'>, row: OutboxDoc): Promise<void> {
  const booking = await ctx.store.get(row.appId, 'bookings', { bookingId: BookingId.parse(row.subject) })
  if (!booking) return
  const ids = booking.seats.map((seat) => seat.id)
  await applySeats(ctx, row, ids)
  const { owner, receipt } = booking
  await ctx.inventory.keepReceipt(booking, { owner, ticket: ticketOf(booking), receipt }, receiptKeptMs)
}
