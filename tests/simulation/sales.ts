import type { BookingDoc, Documents, SeatDoc } from '@holdfast/core/src/store/schema.ts'
import type { Complain } from './complaints.ts'
import type { Sometimes } from './sometimes.ts'
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

/** I9 and I11: what was decided stays decided, and what was sold stays sold but for the known reasons. */
export function checkChange(
  { store, ref }: World,
  change: Written,
  complain: Complain,
  sometimes: Sometimes,
): void {
  const { collection, before, after } = change
  // I12: no other app has an event, so nothing of theirs can name a hold.
  if (after?.grantId && after.appId !== ref.appId)
    complain('I12', `${collection} has a hold for ${after.appId}`)
  if (
    collection === 'reservations' &&
    before &&
    before.status !== 'ACTIVE' &&
    after?.status !== before.status
  ) {
    complain('I9', `grant ${before.grantId} was ${before.status} and is ${after?.status ?? 'gone'}`)
  }
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
