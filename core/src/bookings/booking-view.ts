import { type BookingView, chargeLines } from '@holdfast/contract'
import type { BookingDoc } from '../store/schema.ts'

/** A booking as its owner sees it. */
export function bookingView(booking: BookingDoc): BookingView {
  return {
    id: booking.bookingId,
    event: booking.eventId,
    status: booking.status === 'CONFIRMED' ? 'confirmed' : 'cancelled',
    payment: { status: booking.paymentStatus, id: booking.paymentId },
    seats: booking.seats,
    cancelled: booking.cancelled,
    total: booking.total,
    retained: booking.retained,
    currency: booking.currency,
    charges: chargeLines(booking.seats, booking.terms.charges),
    cancellation: booking.terms.cancellation,
    createdAt: booking.createdAt.toISOString(),
    receipt: booking.receipt,
  }
}
