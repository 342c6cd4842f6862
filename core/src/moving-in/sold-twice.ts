import { majorUnitsOf } from '@holdfast/contract'
import { type Diagnostics, shown } from './diagnostics.ts'
import { hasSeat, type LegacySale } from './legacy.ts'

/** Which of several bookings of one seat has it: the first that was paid, or was made if none is, or none of them. */
export const resolutions = ['first', 'none'] as const
export type Resolution = (typeof resolutions)[number]

/** A booking for an operator who looks for its buyer. */
export function saleLine({ bookingId, named, seat, currency, ...sale }: LegacySale): string {
  const buyer = [sale.buyerName, sale.buyerEmail].flatMap((text) => (text === null ? [] : [shown(text)]))
  const paid = sale.paymentId === null ? sale.paymentStatus : `${sale.paymentStatus} by ${sale.paymentId}`
  return [
    `${bookingId} of ${sale.createdAt.toISOString()}`,
    `${majorUnitsOf(seat.price, currency)} ${currency}, ${paid}`,
    `bought by ${[...buyer, shown(named.buyer)].join(' ')}`,
  ].join(', ')
}

const isPending = ({ paymentStatus }: LegacySale): number => (paymentStatus === 'PENDING' ? 1 : 0)

/** Who has paid comes before who may yet. */
const byClaim = (a: LegacySale, b: LegacySale): number =>
  isPending(a) - isPending(b) ||
  a.createdAt.getTime() - b.createdAt.getTime() ||
  (a.bookingId < b.bookingId ? -1 : 1)

/**
 * Finds the seats that several bookings have, for the predecessor could free a sold seat. Without a resolution that is a
 * fault, which names them all.
 */
export function resolveSoldTwice(
  sales: readonly LegacySale[],
  resolution: Resolution | undefined,
  { fault }: Diagnostics,
): { readonly sales: readonly LegacySale[]; readonly leftOut: readonly LegacySale[] } {
  const bySeat = Map.groupBy(sales.filter(hasSeat), (sale) => `${sale.appId}/${sale.eventId}/${sale.seat.id}`)
  const leftOut = new Set<LegacySale>()
  for (const claims of bySeat.values()) {
    const [first, ...later] = claims.toSorted(byClaim)
    if (first === undefined || later.length === 0) continue
    for (const sale of resolution === 'none' ? claims : later) leftOut.add(sale)
    if (resolution !== undefined) continue
    const { at, named } = first
    const lines = [first, ...later].map((sale) => `\n    line ${sale.at.line}: ${saleLine(sale)}`)
    fault(
      { file: at.file, field: 'seatId' },
      `the seat ${shown(named.seat)} of ${shown(named.event)} is sold ${claims.length} times: choose --resolve first or --resolve none${lines.join('')}`,
    )
  }
  return { sales: sales.filter((sale) => !leftOut.has(sale)), leftOut: [...leftOut] }
}
