import { type PricedSeat, totalOf } from '@holdfast/contract'
import type { BookingDoc } from '../store/schema.ts'
export function refundOf({
  seats,
  kind,
}: {
  booking: BookingDoc
  seats: readonly PricedSeat[]
  nowMs: number
  kind: 'policy' | 'full' | 'none'
}): { refund: number; retained: number } | 'not_allowed' {
  if (kind === 'policy') return 'not_allowed'
  const price = totalOf(seats)
  return kind === 'full' ? { refund: price, retained: 0 } : { refund: 0, retained: price }
}
