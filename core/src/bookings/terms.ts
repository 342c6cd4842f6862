import {
  type CancellationTerms,
  type ChargeLine,
  chargeIn,
  chargeLines,
  feesIn,
  type PricedSeat,
  percentOf,
  totalOf,
} from '@holdfast/contract'
import type { BookingDoc } from '../store/schema.ts'

const hourMs = 3_600_000

/** What some seats of a booking give back, what is kept of them, and the fees and taxes in what is given back. */
export interface Due {
  readonly refund: number
  readonly retained: number
  /** What of the refund is more than is due, so that the provider can make it. */
  readonly rounding?: number
  readonly charges: readonly ChargeLine[]
}

/** Whose word a cancellation goes by: the terms that were sold, or the app's. */
export type RefundKind = 'policy' | 'full' | 'none'

interface Asked {
  readonly booking: Pick<BookingDoc, 'terms'>
  /** When the event starts as it is announced now, which may be another time than when it was sold. */
  readonly startsAt: Date | null
  readonly seats: readonly PricedSeat[]
  readonly nowMs: number
  readonly kind: RefundKind
}

/** What giving seats back comes to now. By the terms that were sold with the booking, it may be too late. */
export function refundOf({ booking: { terms }, startsAt, seats, nowMs, kind }: Asked): Due | 'not_allowed' {
  const { cancellation, charges } = terms
  if (kind === 'full') return { refund: totalOf(seats), retained: 0, charges: chargeLines(seats, charges) }
  if (kind === 'none') return { refund: 0, retained: totalOf(seats), charges: chargeLines([], charges) }
  const percent = cancellation && percentFor(cancellation, { sold: terms.startsAt, now: startsAt }, nowMs)
  if (cancellation === null || percent === null) return 'not_allowed'
  const { keepFees } = cancellation
  const given = seats.map(({ price }) => ({
    price: percentOf(price - (keepFees ? feesIn(price, charges) : 0), percent),
  }))
  const refund = totalOf(given)
  // A fee that is kept is in none of it; of one that is not, and of a fixed tax, as much goes back as of the price.
  const lines = charges.map((charge): ChargeLine => {
    const { name, kind } = charge
    if (kind === 'fee' && keepFees) return { name, kind, amount: 0 }
    const amounts =
      'perSeat' in charge
        ? seats.map(({ price }) => percentOf(chargeIn(price, charge), percent))
        : given.map(({ price }) => chargeIn(price, charge))
    return { name, kind, amount: amounts.reduce((sum, amount) => sum + amount, 0) }
  })
  return { refund, retained: totalOf(seats) - refund, charges: lines }
}

/**
 * The terms are those that were sold, and they count from the start as it is now: who bought before it was postponed, or
 * before there was a date, has time until the new one. Where it was brought forward the start that was sold counts if that is
 * better for the buyer, but not beyond the start itself: after that nobody gives a seat back.
 */
function percentFor(
  terms: CancellationTerms,
  start: { readonly sold: Date | null; readonly now: Date | null },
  nowMs: number,
): number | null {
  const byNow = percentAt(terms, start.now, nowMs)
  const hasStarted = start.now !== null && nowMs > start.now.getTime()
  if (hasStarted || start.sold === null) return byNow
  const bySold = percentAt(terms, start.sold, nowMs)
  return byNow === null || (bySold !== null && bySold > byNow) ? bySold : byNow
}

/** The percent of the step that counts now; null when the last one is over. What has no start is never too late. */
function percentAt({ steps }: CancellationTerms, startsAt: Date | null, nowMs: number): number | null {
  const leftMs = startsAt ? startsAt.getTime() - nowMs : Number.POSITIVE_INFINITY
  return steps.find(({ hoursBefore }) => leftMs >= hoursBefore * hourMs)?.refundPercent ?? null
}
