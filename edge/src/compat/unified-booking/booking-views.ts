import {
  type AppId,
  type BookingView,
  type EventId,
  majorUnitsOf,
  type Openly,
  type SeatId,
} from '@holdfast/contract'
import type { Caller } from '../../core-client.ts'
import type { Unified } from './context.ts'
import { wireSeatId } from './ids.ts'

type Booking = Omit<Openly<BookingView>, 'receipt'>

/** Whose bookings are told. */
interface Shown {
  readonly appId: AppId
  /** The buyer, as this API calls them. */
  readonly userId: string
  readonly caller: Caller
}

/** A seat by its app, its event and its id: none of them has a `/`. */
export const seatKey = (app: AppId, event: EventId, seat: SeatId): string => `${app}/${event}/${seat}`

/** A booking without its buyer; `numbers` has the names of its seats. Its first seat stands for it. */
export function wireBooking(app: AppId, booking: Booking, numbers: ReadonlyMap<string, string>) {
  const { event: entityId, currency } = booking
  const seats = booking.seats.map(({ id, price }) => {
    const _id = wireSeatId(entityId, id)
    const seatNumber = numbers.get(seatKey(app, entityId, id)) ?? id
    return { _id, id: _id, seatNumber, entityId, price: majorUnitsOf(price, currency) }
  })
  return {
    _id: booking.id,
    bookingId: booking.id,
    appId: app,
    entityId,
    seatId: seats[0],
    seats,
    amount: majorUnitsOf(booking.total, currency),
    currency,
    paymentStatus: booking.payment.status,
    paymentId: booking.payment.id,
    status: booking.status === 'confirmed' ? 'CONFIRMED' : 'CANCELLED',
    createdAt: booking.createdAt,
  }
}

/** Tells bookings of one buyer as this API does. */
export const createBookingViews =
  ({ names }: Unified) =>
  async (bookings: readonly Booking[], { appId, userId, caller }: Shown) => {
    const asked = bookings.flatMap(({ event, seats }) => seats.map(({ id: seat }) => ({ event, seat })))
    const numbers = numbersOf(await names.ask(asked, caller))
    return bookings.map((booking) => ({ ...wireBooking(appId, booking, numbers), userId }))
  }

/** The numbers of the seats that have one. */
export const numbersOf = (seats: Awaited<ReturnType<Unified['names']['ask']>>): ReadonlyMap<string, string> =>
  new Map(
    seats.flatMap(({ app, event, seat, number }) =>
      number === null ? [] : [[seatKey(app, event, seat), number] as const],
    ),
  )
