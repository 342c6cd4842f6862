import type { BookingDoc, Documents, SeatDoc } from '@holdfast/core/src/store/schema.ts'
import type { Complain } from './complaints.ts'
import type { Sometimes } from './sometimes.ts'
import type { Doc } from './store/docs.ts'
import type { Written } from './store/engine.ts'
import type { World } from './world.ts'

/** The bookings that have seats. */
export const isLive = ({ status, paymentStatus }: BookingDoc): boolean =>
  status === 'CONFIRMED' && paymentStatus !== 'FAILED'

export const liveSeatsOf = ({ seats, cancelled }: BookingDoc) =>
  seats.filter(({ id }) => !cancelled.includes(id))

/** I1, I2 and I7, at every commit: each sold seat has one live booking, and each live booking its seats and its decision. */
export function checkSales({ store }: World, complain: Complain): void {
  const bookings = (store.docs('bookings') as unknown as BookingDoc[]).filter(isLive)
  const owners = new Map<string, string>()
  for (const booking of bookings) {
    for (const { id } of liveSeatsOf(booking)) {
      const other = owners.get(id)
      if (other) complain('I1', `seat ${id} is sold twice: ${other} and ${booking.bookingId}`)
      owners.set(id, booking.bookingId)
    }
  }
  for (const { seatId, state, bookingId } of store.docs('seats') as unknown as SeatDoc[]) {
    const owner = owners.get(seatId)
    if ((state === 'BOOKED' ? bookingId : undefined) !== owner) {
      complain('I2', `seat ${seatId} is ${state} for ${bookingId}, and the live booking is ${owner}`)
    }
  }
  const decided = store.docs('reservations') as unknown as Documents['reservations'][]
  for (const { grantId, bookingId } of bookings) {
    const decision = decided.find((one) => one.grantId === grantId)
    if (decision?.status !== 'CONFIRMED' || decision.bookingId !== bookingId) {
      complain('I2', `booking ${bookingId} of ${grantId}, which was decided ${decision?.status}`)
    }
  }
}

/** What is never deleted while its event lasts; nor is a payment that took money. Of decisions see `decisions.ts`. */
const lasting: ReadonlySet<string> = new Set([
  ...['apps', 'events', 'seats', 'bookings', 'refunds', 'cancellations'],
])

/** What is there only of payments that somebody made. */
const ofMoney: ReadonlySet<string> = new Set([
  ...['orders', 'bookings', 'refunds', 'cancellations', 'providerEvents'],
])

/** What another app that sells nothing may have of a hold: how it ended, and the row of a payment that stays as it is. */
const isUnsold = (collection: string, { status, state, captured }: Doc): boolean =>
  (collection === 'reservations' && status !== 'CONFIRMED') ||
  (collection === 'payments' && state === 'INTENT' && captured === 0)

/** I11: what was sold stays sold but for the known reasons. */
export function checkChange(
  { store, ref, other }: World,
  change: Written,
  complain: Complain,
  sometimes: Sometimes,
): void {
  const { collection, before, after } = change
  // F39: a time to live may end keys and finished work, and nothing else.
  if (before && !after) {
    const isMoney = collection === 'payments' && Number(before.captured) > 0
    if (isMoney || lasting.has(collection)) complain('I9', `${collection} lost ${JSON.stringify(before)}`)
    if (before.status === 'READY') complain('I10', `${collection} lost work that is open`)
  }
  // I12: nobody has ordered or paid anything in another app, so nothing that a provider tells is of it.
  const isElsewhere = after && after.appId !== ref.appId
  if (isElsewhere && (ofMoney.has(collection) || (after.grantId && !(other && isUnsold(collection, after)))))
    complain('I12', `${collection} has ${JSON.stringify(after)} for ${after.appId}`)
  if (collection === 'seats' && before?.state === 'BOOKED' && after?.state !== 'BOOKED') {
    const bookings = store.docs('bookings') as unknown as BookingDoc[]
    const booking = bookings.find((one) => one.bookingId === before.bookingId)
    const isOver =
      booking && (!isLive(booking) || !liveSeatsOf(booking).some(({ id }) => id === before.seatId))
    if (!isOver) complain('I11', `seat ${before.seatId} of ${before.bookingId} went back on sale`)
  }
  if (collection === 'bookings' && before?.paymentStatus === 'PENDING' && after?.paymentStatus === 'FAILED') {
    sometimes.count('F19')
  }
  if (collection === 'refunds' && !before && after?.reason === 'unused') sometimes.count('F18')
}

/** I3: money is taken for a booking that is committed, never in the hope of one. */
export function checkCapture(
  { store }: World,
  paymentId: string,
  bookingId: string,
  complain: Complain,
): void {
  const bookings = store.docs('bookings') as unknown as BookingDoc[]
  const isSold = bookings.some((one) => one.bookingId === bookingId && one.paymentId === paymentId)
  if (!isSold) complain('I3', `payment ${paymentId} was to be captured for ${bookingId}, which is not there`)
}
