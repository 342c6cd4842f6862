import {
  type AppId,
  BookingId,
  type BookingPage,
  type PageQuery,
  type Principal,
  Problem,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { pageOf } from '../cursor.ts'
import type { BookingDoc } from '../store/schema.ts'
import { bookingView } from './booking-view.ts'

/** Whose bookings: one buyer's, or all of the app's when its server asks for nobody in particular. */
interface Reader {
  readonly appId: AppId
  readonly owner: Principal | null
}

/** One booking of the reader's; another's is as missing as one that never was. */
export async function readBooking(
  { store }: Pick<Core, 'store'>,
  { appId, owner }: Reader,
  id: string,
): Promise<BookingDoc> {
  const bookingId = BookingId.safeParse(id)
  const booking = bookingId.success && (await store.get(appId, 'bookings', { bookingId: bookingId.data }))
  if (!booking || (owner !== null && booking.owner !== owner)) throw new Problem('not_found')
  return booking
}

/** The reader's bookings, newest first; the cursor is the last one's of the page before. */
export async function listBookings(
  { store }: Pick<Core, 'store'>,
  { appId, owner }: Reader,
  page: PageQuery,
): Promise<BookingPage> {
  const found = await store.find(
    appId,
    'bookings',
    { ...(owner !== null && { owner }), ...(page.cursor !== undefined && { cursor: { lt: page.cursor } }) },
    { orderBy: 'cursor', order: 'descending', limit: page.limit + 1 },
  )
  const { docs, next } = pageOf(found, page.limit)
  return { bookings: docs.map(bookingView), ...next }
}
