import { Notice, type Principal } from '@holdfast/contract'
import { ticketOf } from '../bookings/booking-view.ts'
import type { Core } from '../context.ts'
import type { BookingDoc, OutboxDoc } from '../store/schema.ts'

/** What a row of the outbox says was to be told. */
export type BookingNews = NonNullable<OutboxDoc['notice']>

/** The app's own id of its user; null for guests and for users of the pool. */
export function userOf(owner: Principal): string | null {
  const [kind, , user] = owner.split(':')
  return kind === 'ext' && user !== undefined ? user : null
}

/** Counts the changes of a booking: the answer to its payment, and each cancellation. */
const versionOf = ({ paymentStatus, cancellations }: BookingDoc): number =>
  1 + (paymentStatus === 'PENDING' ? 0 : 1) + cancellations

const statuses = { CONFIRMED: 'confirmed', CANCELLED: 'cancelled' } as const

const dataOf = (booking: BookingDoc) => ({
  booking: booking.bookingId,
  event: booking.eventId,
  hold: booking.grantId,
  user: userOf(booking.owner),
  status: statuses[booking.status],
  ticket: ticketOf(booking),
  payment: { status: booking.paymentStatus, id: booking.paymentId },
  seats: booking.seats.map(({ id }) => id),
  total: booking.total,
  retained: booking.retained,
  currency: booking.currency,
  version: versionOf(booking),
})

/** What is told of a booking, as the store has it now; null when the store does not have it. */
export async function bookingNotice(
  { store }: Pick<Core, 'store'>,
  booking: BookingDoc,
  { type, n, refundId }: BookingNews,
  at: Date,
): Promise<Notice | null> {
  const { appId, bookingId } = booking
  const told = { type, timestamp: at.toISOString() }
  switch (type) {
    case 'booking.confirmed':
    case 'booking.payment_failed':
      return Notice.parse({ ...told, data: dataOf(booking) })
    case 'booking.cancelled': {
      const made = n === null ? null : await store.get(appId, 'cancellations', { bookingId, n })
      if (!made) return null
      const seats = made.seats.map(({ id }) => id)
      const { by, refund, retained } = made
      const cancellation = { n: made.n, by, seats, refund, retained, refundId: made.refundId }
      return Notice.parse({ ...told, data: { ...dataOf(booking), cancellation } })
    }
    case 'booking.refunded': {
      const made = refundId && (await store.get(appId, 'refunds', { refundId }))
      if (!made) return null
      const { amount, reason } = made
      return Notice.parse({
        ...told,
        data: { ...dataOf(booking), refund: { id: made.refundId, amount, reason } },
      })
    }
  }
}
