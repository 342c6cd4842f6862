import { chargeLines, Problem, providerEventKeptMs, RefundId, totalOf } from '@holdfast/contract'
import {
  BookingChanged,
  draftCancellation,
  type Ending,
  liveSeats,
  recordCancellation,
} from '../bookings/record-cancellation.ts'
import type { BookingDoc, PaymentDoc, RefundDoc } from '../store/schema.ts'
import type { Statements } from '../store/store.ts'
import type { Settling } from './book-paid.ts'
import { finishRefundIn, refundPokes } from './finish-refund.ts'
import { retryPayment } from './mend-payments.ts'
import { carries, keyOf, newRefund } from './payment-rows.ts'
import type { ProviderEvent } from './provider.ts'

/** What a provider tells of money that it gave back. */
export type RefundFact = Extract<ProviderEvent['fact'], { kind: 'refund' }>

/** More refunds than one payment has. */
const refundsMax = 1_000
/** How often a booking may change between being read and being written. */
const attemptsMax = 5

/** Does the effect of an event once, together with the record that it was heard. */
export type Once = (effect: (tx: Statements) => Promise<unknown>) => Promise<void>

/**
 * Records what a provider tells of a refund. One of ours came through, or did not; one that somebody made at the
 * provider is put on record with all that follows from it.
 *
 * @throws Problem `dependency_unavailable` when the payment itself must be known first: it is to be told again.
 */
export async function recordRefund(
  ctx: Settling,
  payment: PaymentDoc,
  fact: RefundFact,
  once: Once,
): Promise<void> {
  const refundId = RefundId.safeParse(fact.reference).data
  const ours = refundId && (await ctx.store.get(payment.appId, 'refunds', { refundId }))
  if (!ours) return recordByHand(ctx, payment, fact, once)
  if (fact.state === 'done') {
    const pokes = await refundPokes(ctx, ours)
    return once((tx) => finishRefundIn(tx, ours, ['PENDING'], pokes))
  }
  const when = { refundId: ours.refundId, state: 'PENDING' } as const
  await once((tx) =>
    tx.updateIf(payment.appId, 'refunds', when, { set: { state: 'FAILED', dueAt: null, attempts: 0 } }),
  )
}

/**
 * Somebody gave money back at the provider. It does what the last failed refund of that sum could not, if there is one;
 * else it is a refund of its own: of the booking as far as the booking has kept anything, and when nothing of its price
 * is left, the end of it.
 */
async function recordByHand(ctx: Settling, known: PaymentDoc, fact: RefundFact, once: Once): Promise<void> {
  // One that failed never was on record.
  if (fact.state === 'failed' || fact.currency !== known.currency) return once(async () => {})
  const payment = await settled(ctx, known)
  const { appId, provider, account } = payment
  const expiresAt = new Date(ctx.platform.now() + providerEventKeptMs)
  // One refund is told by several events.
  const told = { appId, provider, account, providerEventId: `refund ${fact.providerRefund}`, expiresAt }
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const effect = await effectOf(ctx, payment, fact)
    try {
      return await once(async (tx) => {
        await tx.insert(payment.appId, 'providerEvents', told)
        await effect(tx)
      })
    } catch (error) {
      if (!(error instanceof BookingChanged)) throw error
    }
  }
  throw new Problem('dependency_unavailable', {}, 1)
}

/** What was given back was taken: the payment as it is once that is on record, and its booking paid. */
async function settled(ctx: Settling, known: PaymentDoc): Promise<PaymentDoc> {
  const isSettled = async (payment: PaymentDoc) =>
    payment.state === 'CAPTURED' && (await bookingOf(ctx, payment))?.paymentStatus !== 'PENDING'
  const payment = (await isSettled(known)) ? known : await retryPayment(ctx, known)
  if (await isSettled(payment)) return payment
  throw new Problem('dependency_unavailable', {}, 1)
}

async function bookingOf({ store }: Settling, payment: PaymentDoc): Promise<BookingDoc | undefined> {
  const { appId, eventId, grantId } = payment
  const [booking] = await store.find(appId, 'bookings', { eventId, grantId }, { limit: 1 })
  return booking && carries(payment, booking) ? booking : undefined
}

/** What is written for it, decided by what is on record of the payment now. */
async function effectOf(ctx: Settling, payment: PaymentDoc, { providerRefund, amount }: RefundFact) {
  const { appId } = payment
  const booking = await bookingOf(ctx, payment)
  const refund = await refundByHand(ctx, payment, { providerRefund, amount, booking })
  const others = await ctx.store.find(appId, 'refunds', keyOf(payment), { limit: refundsMax })
  if (others.some(({ refundId }) => refundId === refund.refundId)) return async () => {}

  const failed = others.find((other) => other.state === 'FAILED' && other.amount === amount)
  if (failed) {
    const pokes = await refundPokes(ctx, failed)
    return (tx: Statements) => finishRefundIn(tx, failed, ['FAILED'], pokes)
  }
  const given = others.filter(({ state }) => state === 'DONE').reduce((sum, other) => sum + other.amount, 0)
  // Nobody gives back more than was taken: an operator has said already that this one was made.
  if (given + amount > payment.captured) return async () => {}

  const ending = booking && endingOf(booking, amount)
  if (!booking || !ending) {
    const promised = await refundPokes(ctx, refund)
    return async (tx: Statements) => {
      await tx.insert(appId, 'refunds', refund)
      if (promised.length > 0) await tx.insert(appId, 'outbox', promised)
    }
  }
  const cancellation = await draftCancellation(ctx, booking, ending, refund)
  return (tx: Statements) => recordCancellation(tx, booking, cancellation)
}

async function refundByHand(
  { platform }: Settling,
  payment: PaymentDoc,
  made: Pick<RefundFact, 'providerRefund' | 'amount'> & { readonly booking: BookingDoc | undefined },
): Promise<RefundDoc> {
  const { providerRefund, amount, booking } = made
  const name = `provider/${providerRefund}`
  const bookingId = booking?.bookingId ?? null
  const refund = await newRefund(platform, payment, { reason: 'provider', amount, bookingId, name })
  return { ...refund, state: 'DONE', dueAt: null }
}

/** What it does to the booking: it keeps so much less; its seats are given back with the last of its price. */
function endingOf(booking: BookingDoc, amount: number): Ending | null {
  if (booking.paymentStatus !== 'SUCCESS' || amount > booking.retained) return null
  const seats = amount === booking.retained ? liveSeats(booking) : []
  // Nobody said which of the charges are in it.
  const charges = chargeLines([], booking.terms.charges)
  return { by: 'provider', seats, refund: amount, retained: totalOf(seats) - amount, charges }
}
