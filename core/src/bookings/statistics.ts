import { type BookingStatistics, groupsPerTotalMax, type Revenue } from '@holdfast/contract'
import type { BookingDoc } from '../store/schema.ts'
import type { Filter, ReadScope, Store } from '../store/store.ts'

/** The numbers of the bookings that match. Money counts when it was taken and not given back. */
export async function bookingStatistics(
  { store }: { readonly store: Pick<Store, 'total'> },
  scope: ReadScope,
  filter: Filter<BookingDoc>,
): Promise<BookingStatistics> {
  const totals = await store.total(scope, 'bookings', filter, {
    by: ['currency', 'status', 'paymentStatus'],
    sum: 'retained',
    limit: groupsPerTotalMax,
  })
  const byStatus = { confirmed: 0, cancelled: 0 }
  const byPayment = { PENDING: 0, SUCCESS: 0, FAILED: 0 }
  const takings = new Map<string, Revenue>()
  let bookings = 0
  for (const { group, count, sum } of totals) {
    const { currency, status, paymentStatus } = group
    bookings += count
    byStatus[status === 'CONFIRMED' ? 'confirmed' : 'cancelled'] += count
    byPayment[paymentStatus] += count
    if (paymentStatus !== 'SUCCESS') continue
    const taken = takings.get(currency) ?? { currency, amount: 0, bookings: 0 }
    const standing = status === 'CONFIRMED' ? count : 0
    takings.set(currency, { currency, amount: taken.amount + sum, bookings: taken.bookings + standing })
  }
  const revenue = [...takings.values()].filter(({ amount, bookings }) => amount > 0 || bookings > 0)
  revenue.sort((a, b) => (a.currency < b.currency ? -1 : 1))
  return { bookings, byStatus, byPayment, revenue }
}
