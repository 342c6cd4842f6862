import { type BookingView, chargeLines, type Ticket } from '@holdfast/contract'
import type { BookingDoc } from '../store/schema.ts'

const paidTickets = { PENDING: 'pending', SUCCESS: 'valid', FAILED: 'void' } as const

/** Whether it lets somebody in. */
export const ticketOf = ({ status, paymentStatus }: BookingDoc): Ticket =>
  status === 'CONFIRMED' ? paidTickets[paymentStatus] : 'void'

/** A booking as its owner sees it. */
export function bookingView(booking: BookingDoc): BookingView {
  return {
    id: booking.bookingId,
    event: booking.eventId,
    hold: booking.grantId,
    status: booking.status === 'CONFIRMED' ? 'confirmed' : 'cancelled',
    ticket: ticketOf(booking),
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
