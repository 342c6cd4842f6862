import {
  type AppId,
  BookingId,
  type BookingPage,
  type PageQuery,
  type Principal,
  Problem,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { pageOf, placeIn } from '../cursor.ts'
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

/** How many bookings the reader has. */
export const countBookings = ({ store }: Pick<Core, 'store'>, { appId, owner }: Reader): Promise<number> =>
  store.count(appId, 'bookings', owner === null ? {} : { owner })

/** The reader's bookings, newest first, after passing over `skip`; the cursor is the last one's of the page before. */
export async function listBookings(
  { store }: Pick<Core, 'store'>,
  { appId, owner }: Reader,
  page: PageQuery,
  skip = 0,
): Promise<BookingPage> {
  const place = placeIn('bookings', page.cursor)
  const found = await store.find(
    appId,
    'bookings',
    { ...(owner !== null && { owner }), ...(place !== undefined && { cursor: { lt: place } }) },
    { orderBy: 'cursor', order: 'descending', limit: page.limit + 1, skip },
  )
  const { docs, next } = pageOf('bookings', found, page.limit)
  return { bookings: docs.map(bookingView), ...next }
}
