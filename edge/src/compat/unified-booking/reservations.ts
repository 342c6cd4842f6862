import {
  majorUnitsOf,
  minorUnitsOf,
  newId,
  type Openly,
  type OrderView,
  type PaymentClaim,
  type Principal,
  Problem,
} from '@holdfast/contract'
import { Hono } from 'hono'
import type * as z from 'zod'
import { type ConfirmOutcome, confirmHold } from '../../confirm-hold.ts'
import type { EdgeEnv } from '../../context.ts'
import type { Caller } from '../../core-client.ts'
import { beyondKey } from '../../middleware/app-auth.ts'
import { jsonBody } from '../../middleware/validate.ts'
import { orderPayment } from '../../order-payment.ts'
import { releaseHold } from '../../release-hold.ts'
import { createBookingViews } from './booking-views.ts'
import type { Unified } from './context.ts'
import { type Reservation, readReservation } from './ids.ts'
import { ConfirmRequest, OrderRequest, ReservationRequest, ReserveRequest, Vouching } from './requests.ts'
import { reserveSeat } from './reserve-seat.ts'

/** From a free seat to a booking: a reservation is a hold of one seat, and its token names the hold. */
export function reservationRoutes(unified: Unified) {
  const { guards, envelope, services } = unified
  const { app, user } = guards
  const { writesOfApps: writes } = services.guards
  const vouching = jsonBody(Vouching)
  const views = createBookingViews(unified)

  return new Hono<EdgeEnv>()
    .post('/reserve-seat', app, vouching, user, writes, jsonBody(ReserveRequest), async (c) => {
      const buyer = { owner: c.get('principal'), caller: c.var }
      const reserved = await reserveSeat(unified, c.req.valid('json').seatId, buyer)
      if (reserved.word === 'reserved') return envelope.done(reserved.data, 'Seat reserved')
      c.get('note').code = 'seats_unavailable'
      return envelope.locked(reserved.seatId, reserved.expiresInSeconds)
    })
    .post('/release-seat', app, vouching, user, writes, jsonBody(ReservationRequest), async (c) => {
      const { eventId, grantId } = readReservation(c.req.valid('json').reservationToken)
      const event = { appId: c.get('app').appId, eventId }
      await releaseHold(services, { event, grantId, owner: c.get('principal'), caller: c.var })
      return envelope.done(null, 'Seat released')
    })
    .post('/create-order', app, vouching, user, writes, jsonBody(OrderRequest), async (c) => {
      const asked = c.req.valid('json')
      const order = await orderReservation(unified, asked, { owner: c.get('principal'), caller: c.var })
      // Asked for in major units and answered in minor ones, as the form of the provider wants them.
      const { id: orderId, amount, currency, keyId } = order
      const { reservationToken } = asked
      return envelope.done({ orderId, amount, currency, reservationToken, keyId }, 'Order created')
    })
    .post('/confirm-booking', app, vouching, user, writes, jsonBody(ConfirmRequest), async (c) => {
      const { appId } = c.get('app')
      const buyer = { owner: c.get('principal'), caller: c.var }
      const outcome = await confirmReservation(unified, c.req.valid('json'), buyer)
      if (outcome.word === 'unknown') throw new Problem('outcome_unknown', {}, 1)
      if (outcome.word === 'refused') {
        // Of an app that takes its money by itself, only its server says what was paid.
        throw outcome.problem.code === 'forbidden' ? beyondKey(c.get('app'), 'forbidden') : outcome.problem
      }
      const [booking] = await views([outcome.booking], { appId, userId: c.get('wireUserId'), caller: c.var })
      if (!booking) throw new Problem('internal_error')
      const { bookingId, userId: bookedBy } = booking
      const seat = { ...booking.seatId, status: 'BOOKED', bookedBy, bookingId }
      return envelope.done({ bookingId, booking, seat }, 'Booking confirmed')
    })
}

/** Who asks, of which app. */
interface Asking {
  readonly owner: Principal
  readonly caller: Caller
}

const eventOf = ({ eventId }: Reservation, { app }: Caller) => {
  if (!app) throw new Problem('invalid_api_key')
  return { appId: app.appId, eventId }
}

/** The sum that a client names is in major units, and must be what the seat costs. */
async function orderReservation(
  { services }: Unified,
  { reservationToken, amount, currency }: z.infer<typeof OrderRequest>,
  { owner, caller }: Asking,
): Promise<Openly<OrderView>> {
  const reservation = readReservation(reservationToken)
  const minor = minorUnitsOf(amount, reservation.currency)
  if (minor === null) {
    throw new Problem('invalid_request', { errors: [{ path: 'amount', message: 'must be a sum of money' }] })
  }
  const asked = { amount: minor, ...(currency !== undefined && { currency }) }
  const { grantId } = reservation
  const shown = (sum: number, of: string) => String(majorUnitsOf(sum, of))
  const ordering = { event: eventOf(reservation, caller), grantId, owner, asked, shown, caller }
  return (await orderPayment(services, ordering)).value
}

/**
 * These clients send no key, and what was refused before it was paid, or signed wrongly, may be right now: each request
 * is one of its own. That a reservation is booked once does not need a key.
 */
async function confirmReservation(
  { services }: Unified,
  { reservationToken, payment }: z.infer<typeof ConfirmRequest>,
  { owner, caller }: Asking,
): Promise<ConfirmOutcome> {
  const reservation = readReservation(reservationToken)
  const event = eventOf(reservation, caller)
  const { grantId } = reservation
  const kind = caller.app?.kind ?? 'publishable'
  return confirmHold(services, {
    event,
    grantId,
    owner,
    idempotencyKey: newId('idem', services.platform.random),
    payment: payment && claimOf(reservation, payment, kind),
    caller,
  })
}

/** The app's server names a payment that covers its reservation; what that comes to, the reservation knows. */
const claimOf = (
  { total: amount, currency }: Reservation,
  payment: PaymentClaim,
  kind: 'publishable' | 'secret',
): PaymentClaim => (kind === 'secret' ? { ...payment, amount, currency } : payment)
