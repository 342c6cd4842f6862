import {
  coreBudgetMs,
  inspectEveryMs,
  inspectedBookingsPerPage,
  inspectGraceMs,
  inspectPageEveryMs,
} from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import { liveSeats } from '../bookings/record-cancellation.ts'
import type { Core } from '../context.ts'
import { cursorAt } from '../cursor.ts'
import { carries, keyOf } from '../payments/payment-rows.ts'
import type { BookingDoc, Documents, PaymentDoc, SeatDoc } from '../store/schema.ts'
import type { Statements } from '../store/store.ts'
import type { Invariant } from '../telemetry/facts.ts'

type Context = Pick<Core, 'store' | 'platform' | 'log'>

/** The comparison of sales with the invariants, event by event. */
export interface Inspection {
  /** Looks at the next bookings of an event, if it is time, and tells the log of what must never be. */
  look(event: EventRef): Promise<void>
}

/** What the store says around some bookings of one event. */
interface Around {
  readonly seats: ReadonlyMap<string, SeatDoc>
  readonly decisions: ReadonlyMap<string, Documents['reservations']>
  readonly payments: readonly PaymentDoc[]
}

const isLive = ({ status, paymentStatus }: BookingDoc) => status === 'CONFIRMED' && paymentStatus !== 'FAILED'
const seatsOf = (booking: BookingDoc) => liveSeats(booking).map(({ id }) => id)

async function readAround(on: Statements, ref: EventRef, bookings: readonly BookingDoc[]): Promise<Around> {
  const { appId, eventId } = ref
  const ids = bookings.filter(isLive).flatMap(seatsOf)
  const ofGrants = { eventId, grantId: { in: bookings.map(({ grantId }) => grantId) } }
  const limit = Math.max(1, ids.length)
  const seats = await on.find(appId, 'seats', { eventId, seatId: { in: ids } }, { limit })
  const decisions = await on.find(appId, 'reservations', ofGrants, { limit: bookings.length })
  // A grant may have been tried with several payments.
  const payments = await on.find(appId, 'payments', ofGrants, { limit: 4 * bookings.length })
  return {
    seats: new Map(seats.map((seat) => [seat.seatId, seat])),
    decisions: new Map(decisions.map((decision) => [decision.grantId, decision])),
    payments,
  }
}

/** Its seats that the store does not have as sold to it. */
const strangeSeats = (booking: BookingDoc, { seats }: Around) =>
  seatsOf(booking)
    .map((id) => seats.get(id))
    .filter((seat) => seat?.state !== 'BOOKED' || seat.bookingId !== booking.bookingId)

/** What looks wrong about a booking; it may only have changed while it was read. */
function suspicionOf(booking: BookingDoc, around: Around): Invariant | null {
  const payment = around.payments.find((one) => carries(one, booking))
  if (!isLive(booking)) {
    const isKept = payment?.state === 'CAPTURED' && payment.dueAt === null
    return booking.paymentStatus === 'FAILED' && isKept ? 'I3' : null
  }
  const decision = around.decisions.get(booking.grantId)
  const isDecided = decision?.status === 'CONFIRMED' && decision.bookingId === booking.bookingId
  if (!isDecided || strangeSeats(booking, around).length > 0) return 'I2'
  return booking.paymentStatus === 'SUCCESS' && payment && payment.state !== 'CAPTURED' ? 'I3' : null
}

/** What is wrong about a booking, all of it read as of one moment. */
async function judge(tx: Statements, ref: EventRef, id: BookingDoc['bookingId']): Promise<Invariant | null> {
  const { appId } = ref
  const booking = await tx.get(appId, 'bookings', { bookingId: id })
  if (!booking) return null
  const around = await readAround(tx, ref, [booking])
  const suspicion = suspicionOf(booking, around)
  if (suspicion === 'I2') {
    for (const seat of strangeSeats(booking, around)) {
      const { bookingId = null } = seat ?? {}
      const other = bookingId === null ? null : await tx.get(appId, 'bookings', { bookingId })
      if (seat && other && isLive(other) && seatsOf(other).includes(seat.seatId)) return 'I1'
    }
  }
  const payment = around.payments.find((one) => carries(one, booking))
  if (suspicion !== 'I3' || isLive(booking) || !payment) return suspicion
  const refunds = await tx.find(appId, 'refunds', keyOf(payment), { limit: 1 })
  return refunds.length > 0 ? null : 'I3'
}

/**
 * Holds the sales of events against what must always be: each live booking has its seats, its decision and its money, and
 * money that was taken for one that failed is to be given back. It reads bookings page by page, over and over; what looks
 * wrong is looked at again as of one moment. Nothing is mended: an operator must know.
 */
export function createInspection({ store, platform, log }: Context): Inspection {
  const passes = new Map<string, { dueAtMs: number; after: string }>()
  return {
    async look({ appId, eventId }) {
      const ref = { appId, eventId }
      const nowMs = platform.now()
      const key = `${appId}/${eventId}`
      const { dueAtMs, after } = passes.get(key) ?? { dueAtMs: 0, after: '' }
      if (nowMs < dueAtMs) return
      const cursor = { gt: after, lt: cursorAt(new Date(nowMs - inspectGraceMs)) }
      const options = { orderBy: 'cursor', limit: inspectedBookingsPerPage } as const
      const page = await store.find(appId, 'bookings', { eventId, cursor }, options)
      const last = page.length === inspectedBookingsPerPage ? page.at(-1) : undefined
      passes.set(key, {
        dueAtMs: nowMs + (last ? inspectPageEveryMs : inspectEveryMs),
        after: last?.cursor ?? '',
      })
      if (page.length === 0) return
      const around = await readAround(store, ref, page)
      for (const { bookingId } of page.filter((booking) => suspicionOf(booking, around) !== null)) {
        const invariant = await store.transaction(coreBudgetMs, (tx) => judge(tx, ref, bookingId))
        if (invariant)
          log({ level: 'error', event: 'invariant_broken', invariant, appId, eventId, bookingId })
      }
    },
  }
}
