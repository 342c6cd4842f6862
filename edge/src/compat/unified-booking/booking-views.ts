import {
  type AppId,
  type BookingView,
  type EventId,
  isDerivedEvent,
  majorUnitsOf,
  type Openly,
  type SeatId,
  type SeatNames,
} from '@holdfast/contract'
import type { Caller } from '../../core-client.ts'
import type { Unified } from './context.ts'
import { reservationToken, wireSeatId } from './ids.ts'

type Booking = Omit<Openly<BookingView>, 'receipt'>

/** Whose bookings are told. */
interface Shown {
  readonly appId: AppId
  /** The buyer, as this API calls them. */
  readonly userId: string
  readonly caller: Caller
}

/** What seats and events are called: none of the ids has a `/`. */
export interface Names {
  readonly numberOf: (app: AppId, event: EventId, seat: SeatId) => string | undefined
  readonly eventOf: (
    app: AppId,
    event: EventId,
  ) => { readonly name: string; readonly domain: string } | undefined
}

export function namesIn({ seats, events }: Openly<SeatNames>): Names {
  const numbers = new Map(seats.map(({ app, event, seat, number }) => [`${app}/${event}/${seat}`, number]))
  const byId = new Map(events.map((one) => [`${one.app}/${one.event}`, one]))
  return {
    numberOf: (app, event, seat) => numbers.get(`${app}/${event}/${seat}`) ?? undefined,
    eventOf: (app, event) => byId.get(`${app}/${event}`),
  }
}

/** What an event is called here: the id of its entity, which is the event's name where it can be no id. */
export const entityIdOf = (event: EventId, name: string | undefined): string =>
  isDerivedEvent(event) ? (name ?? event) : event

/** A booking without its buyer. Its first seat stands for it. What changes in it later leaves no time behind. */
export function wireBooking(app: AppId, booking: Booking, { numberOf, eventOf }: Names) {
  const { event, hold, currency, createdAt, id: bookingId } = booking
  const found = eventOf(app, event)
  const entityId = entityIdOf(event, found?.name)
  const seats = booking.seats.map(({ id, price }) => {
    const _id = wireSeatId(event, id)
    const seatNumber = numberOf(app, event, id) ?? id
    return { _id, id: _id, seatNumber, entityId, price: majorUnitsOf(price, currency) }
  })
  return {
    _id: bookingId,
    bookingId,
    appId: app,
    domain: found?.domain,
    entityId,
    seatId: seats[0],
    seats,
    amount: majorUnitsOf(booking.total, currency),
    currency,
    reservationToken:
      hold && reservationToken({ eventId: event, grantId: hold, total: booking.total, currency }),
    paymentStatus: booking.payment.status,
    paymentId: booking.payment.id,
    status: booking.status === 'confirmed' ? 'CONFIRMED' : 'CANCELLED',
    metadata: { seatNumber: seats[0]?.seatNumber, entityId, domain: found?.domain },
    bookingDate: createdAt,
    createdAt,
    updatedAt: createdAt,
  }
}

/** Tells bookings of one buyer as this API does. */
export const createBookingViews =
  ({ names }: Unified) =>
  async (bookings: readonly Booking[], { appId, userId, caller }: Shown) => {
    const asked = bookings.flatMap(({ event, seats }) => seats.map(({ id: seat }) => ({ event, seat })))
    const found = namesIn(await names.ask(asked, caller))
    return bookings.map((booking) => ({ ...wireBooking(appId, booking, found), userId }))
  }
