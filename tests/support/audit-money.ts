import type { AppId } from '@holdfast/contract'
import type { BookingDoc } from '../../core/src/store/schema.ts'
import type { Store } from '../../core/src/store/store.ts'

/** What the store says of an app's money, held against I3, in minor units. */
export interface MoneyAudit {
  /** Payments and refunds that somebody must still look at, by what they are. */
  readonly restless: readonly string[]
  /** Payments that were taken and neither have a live booking nor were given back. */
  readonly orphanCaptures: number
  readonly captured: number
  readonly refunded: number
  /** What the seats of live bookings cost, and what was kept of cancelled ones. */
  readonly earned: number
}

const limit = 100_000
const sum = (amounts: readonly number[]): number => amounts.reduce((total, one) => total + one, 0)
const isLive = ({ status, paymentStatus }: BookingDoc) => status === 'CONFIRMED' && paymentStatus !== 'FAILED'
const costOf = ({ seats, cancelled }: BookingDoc): number =>
  sum(seats.filter(({ id }) => !cancelled.includes(id)).map(({ price }) => price))

/** Reads every payment, refund and booking of an app by itself. */
export async function auditMoney(store: Store, appId: AppId): Promise<MoneyAudit> {
  const payments = await store.find(appId, 'payments', {}, { limit })
  const refunds = await store.find(appId, 'refunds', {}, { limit })
  const bookings = await store.find(appId, 'bookings', {}, { limit })
  const cancellations = await store.find(appId, 'cancellations', {}, { limit })
  const live = bookings.filter(isLive)
  const paid = new Set<string | null>(live.map(({ paymentId }) => paymentId))
  const back = Map.groupBy(refunds, ({ paymentId }) => paymentId)
  const refundedOf = (paymentId: (typeof refunds)[number]['paymentId']) =>
    sum((back.get(paymentId) ?? []).map(({ amount }) => amount))
  return {
    restless: [
      ...payments.filter(({ dueAt }) => dueAt !== null).map((one) => `${one.paymentId} is ${one.state}`),
      ...refunds.filter(({ state }) => state !== 'DONE').map((one) => `${one.refundId} is ${one.state}`),
    ],
    orphanCaptures: payments.filter(
      ({ paymentId, captured }) => captured > refundedOf(paymentId) && !paid.has(paymentId),
    ).length,
    captured: sum(payments.map(({ captured }) => captured)),
    refunded: sum(refunds.map(({ amount }) => amount)),
    earned: sum(live.map(costOf)) + sum(cancellations.map(({ retained }) => retained)),
  }
}
