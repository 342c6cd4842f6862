import type { AdminBooking, AdminBookingPage, AdminBookingsQuery } from '@holdfast/contract'
import { cursorAt, pageOf, placeIn } from '../cursor.ts'
import type { BookingDoc } from '../store/schema.ts'
import { everyApp, type Filter, type Store } from '../store/store.ts'
import { bookingView } from './booking-view.ts'
import { bookingStatistics } from './statistics.ts'

/** A booking as the admin sees it; the receipt is its buyer's. */
export function adminBooking(booking: BookingDoc): AdminBooking {
  const { receipt: _, ...view } = bookingView(booking)
  const { appId: app, domain, owner, buyerName: name, buyerEmail: email } = booking
  return { ...view, app, domain, owner, buyer: { name, email } }
}

/** The conditions of a query. A cursor begins with the time, so a range of dates is one of cursors. */
function filterOf(
  { domain, status, payment, event, owner, from, to }: AdminBookingsQuery,
  cursor: string | undefined,
): Filter<BookingDoc> {
  const ends = [cursor, to && cursorAt(new Date(to))].filter((end) => end !== undefined).sort()
  const range = {
    ...(from !== undefined && { gte: cursorAt(new Date(from)) }),
    ...(ends[0] !== undefined && { lt: ends[0] }),
  }
  return {
    ...(domain !== undefined && { domain }),
    ...(status !== undefined && { status: status === 'confirmed' ? 'CONFIRMED' : 'CANCELLED' }),
    ...(payment !== undefined && { paymentStatus: payment }),
    ...(event !== undefined && { eventId: event }),
    ...(owner !== undefined && { owner }),
    ...(Object.keys(range).length > 0 && { cursor: range }),
  }
}

/** The bookings that match, newest first, after passing over `skip`, and the numbers of all of them. */
export async function listAllBookings(
  { store }: { readonly store: Pick<Store, 'find' | 'total'> },
  query: AdminBookingsQuery,
  skip = 0,
): Promise<AdminBookingPage> {
  const { app = everyApp, cursor, limit } = query
  const order = { orderBy: 'cursor', order: 'descending', limit: limit + 1, skip } as const
  const [found, statistics] = await Promise.all([
    store.find(app, 'bookings', filterOf(query, placeIn('bookings', cursor)), order),
    bookingStatistics({ store }, app, filterOf(query, undefined)),
  ])
  const { docs, next } = pageOf('bookings', found, limit)
  return { bookings: docs.map(adminBooking), statistics, ...next }
}
