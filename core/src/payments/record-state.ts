import { coreBudgetMs, type GrantId, paymentHeadStartMs } from '@holdfast/contract'
import { freeSeats } from '../bookings/commit-booking.ts'
import type { Core } from '../context.ts'
import { failurePokes } from '../outbox/rows.ts'
import { unpaidExpiry } from '../retention.ts'
import type { BookingDoc, Documents, OutboxDoc, PaymentDoc } from '../store/schema.ts'
import { isDuplicate, type Statements } from '../store/store.ts'
import { carries, keyOf, unusedRefund } from './payment-rows.ts'

type Context = Pick<Core, 'store' | 'platform' | 'retention'>
type State = PaymentDoc['state']

/** From which states a payment may come into another: what was captured stays so. */
const before: Readonly<Record<Exclude<State, 'INTENT' | 'CAPTURED'>, readonly State[]>> = {
  PENDING: ['INTENT', 'DECLINED'],
  AUTHORISED: ['INTENT', 'PENDING', 'DECLINED'],
  DECLINED: ['INTENT', 'PENDING', 'AUTHORISED'],
  VOIDED: ['INTENT', 'PENDING', 'AUTHORISED', 'DECLINED'],
  CAPTURE_FAILED: ['AUTHORISED'],
}

/** Records where a payment stands that has not been taken; late news changes nothing. Says whether it was news. */
export async function recordState(
  { store }: Context,
  payment: PaymentDoc,
  state: keyof typeof before,
): Promise<boolean> {
  const when = { ...keyOf(payment), state: { in: before[state] } }
  const isComing = state === 'AUTHORISED' || state === 'PENDING'
  const set = isComing ? { state, expiresAt: null } : { state }
  return (await store.updateIf(payment.appId, 'payments', when, { set })) === 1
}

/** Where a payment is over and nobody's money is in it: its provider was asked to let go, or never had any. */
const moneyless: readonly State[] = ['INTENT', 'DECLINED', 'VOIDED', 'CAPTURE_FAILED']

/**
 * Puts a payment to rest. One that no money came of may go some time later, and with it what was ordered for it: this very
 * statement says when (F39). Money never goes: whatever brings it takes the time away again, in the statement that writes
 * it. What is paid after that cannot be: Stripe has cancelled the intent, and Razorpay gives back by itself what nobody
 * takes. False: somebody has changed it meanwhile.
 */
export async function putToRest(ctx: Context, payment: PaymentDoc): Promise<boolean> {
  const { appId, eventId, grantId, state, captured, reference } = payment
  const when = { ...keyOf(payment), state, grantId }
  const expiresAt = moneyless.includes(state) && captured === 0 ? unpaidExpiry(ctx) : null
  const rest = { set: { dueAt: null, attempts: 0, expiresAt } }
  if (reference === null) return (await ctx.store.updateIf(appId, 'payments', when, rest)) === 1
  return ctx.store.transaction(coreBudgetMs, async (tx) => {
    const ours = await tx.updateIf(appId, 'payments', when, rest)
    if (ours === 1) await tx.updateIf(appId, 'orders', { eventId, grantId }, { set: { expiresAt } })
    return ours === 1
  })
}

const notTaken: readonly State[] = [...before.VOIDED, 'VOIDED', 'CAPTURE_FAILED']

/**
 * Records that the money is here, before anything was decided of what it is for. Says whether it was news. Repair looks
 * at it, also when the payment was at rest: whoever asked may not get to sell anything on it.
 */
export async function recordTaken(
  { store, platform }: Context,
  payment: PaymentDoc,
  captured: number,
): Promise<boolean> {
  const when = { ...keyOf(payment), state: { in: notTaken } }
  const dueAt = new Date(platform.now() + paymentHeadStartMs)
  const set = { state: 'CAPTURED', captured, dueAt, attempts: 0, expiresAt: null } as const
  return (await store.updateIf(payment.appId, 'payments', when, { set })) === 1
}

/**
 * Records that the money is here, with all that follows, in one transaction and once: the booking that waits for it is
 * paid; a booking that is over, or was sold on another payment, or the wrong sum, makes a refund. What pays for a grant
 * that is not decided, or was decided against, is left to `settlePayment`.
 *
 * @param news the provider's event that says so, which is known from then on. When it is known already, nothing is done.
 */
export async function recordCapture(
  ctx: Context,
  payment: PaymentDoc,
  captured: number,
  news?: Documents['providerEvents'],
): Promise<void> {
  const { appId, eventId, grantId } = payment
  const key = keyOf(payment)
  const isRight = captured === payment.amount
  const refund = await unusedRefund(ctx.platform, payment, captured)
  const [seen] = await ctx.store.find(appId, 'bookings', { eventId, grantId }, { limit: 1 })
  const pokes = seen ? failurePokes(seen, ctx.platform) : []
  const dueAt = new Date(ctx.platform.now())
  await onceOf(news, () =>
    ctx.store.transaction(coreBudgetMs, async (tx) => {
      if (news) await tx.insert(appId, 'providerEvents', news)
      const fresh = await tx.updateIf(
        appId,
        'payments',
        { ...key, state: { in: notTaken } },
        { set: { state: 'CAPTURED', captured, dueAt, attempts: 0, expiresAt: null } },
      )
      if (fresh !== 1) return
      const [booking] = await tx.find(appId, 'bookings', { eventId, grantId }, { limit: 1 })
      if (!booking) return
      const waits = carries(payment, booking) && booking.paymentStatus === 'PENDING'
      if (waits && booking.status === 'CONFIRMED' && isRight) {
        const set = { paymentStatus: 'SUCCESS' } as const
        const paid = await tx.updateIf(appId, 'bookings', whilePending(booking), { set })
        if (paid === 1) return
      }
      const stands = carries(payment, booking) && booking.paymentStatus === 'SUCCESS'
      if (stands) return
      if (waits) await failIn(tx, booking, pokes)
      await tx.insert(appId, 'refunds', refund)
    }),
  )
}

const whilePending = ({ bookingId }: BookingDoc) =>
  ({ bookingId, status: 'CONFIRMED', paymentStatus: 'PENDING' }) as const

/** What an event of a provider does is done once. */
async function onceOf(news: object | undefined, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!news || !isDuplicate(error, 'providerEvents', 'primary')) throw error
  }
}

async function failIn(tx: Statements, booking: BookingDoc, pokes: readonly OutboxDoc[]): Promise<boolean> {
  const { appId } = booking
  const set = { paymentStatus: 'FAILED', retained: 0 } as const
  const ours = await tx.updateIf(appId, 'bookings', whilePending(booking), { set })
  if (ours !== 1) return false
  await freeSeats(tx, booking, booking.seats)
  if (pokes.length > 0) await tx.insert(appId, 'outbox', pokes)
  return true
}

/** Ends a booking whose payment came to nothing: its seats go back on sale. A booking that was paid meanwhile stays. */
export async function failBooking({ store, platform }: Context, booking: BookingDoc): Promise<void> {
  const pokes = failurePokes(booking, platform)
  await store.transaction(coreBudgetMs, (tx) => failIn(tx, booking, pokes))
}

/** Marks the booking paid whose money was here before it was committed. */
export async function payBooking({ store }: Context, booking: BookingDoc): Promise<void> {
  const set = { paymentStatus: 'SUCCESS' } as const
  await store.updateIf(booking.appId, 'bookings', whilePending(booking), { set })
}

/**
 * Gives a payment back that pays for nothing, unless it pays for another grant by now. Asked again, there is still one
 * refund, and the payment buys nothing any more.
 */
export async function refundUnused(ctx: Context, payment: PaymentDoc): Promise<void> {
  const { appId, grantId } = payment
  const refund = await unusedRefund(ctx.platform, payment, payment.captured)
  try {
    await ctx.store.transaction(coreBudgetMs, async (tx) => {
      const when = { ...keyOf(payment), grantId, state: 'CAPTURED' } as const
      // The row is changed so that of this and `moveTo`, which changes it too, the second one sees what the first did.
      const ours = await tx.updateIf(appId, 'payments', when, { inc: { attempts: 1 } })
      if (ours === 1) await tx.insert(appId, 'refunds', refund)
    })
  } catch (error) {
    if (!isDuplicate(error, 'refunds', 'primary')) throw error
  }
}

/**
 * Gives a payment to another grant, for which it pays from now on.
 * @returns `given_back`: it is too late for that; `moved_on`: somebody has changed it meanwhile.
 */
export async function moveTo(
  ctx: Context,
  payment: PaymentDoc,
  to: GrantId,
): Promise<'moved' | 'given_back' | 'moved_on'> {
  const { appId, eventId, grantId, state } = payment
  const { refundId } = await unusedRefund(ctx.platform, payment, payment.captured)
  const expiresAt = unpaidExpiry(ctx)
  return ctx.store.transaction(coreBudgetMs, async (tx) => {
    if (await tx.get(appId, 'refunds', { refundId })) return 'given_back'
    const when = { ...keyOf(payment), grantId, state }
    const ours = await tx.updateIf(appId, 'payments', when, { set: { grantId: to } })
    if (ours !== 1) return 'moved_on'
    // Nothing is ordered for the old grant any more, and the payment comes to rest under the new one.
    await tx.updateIf(appId, 'orders', { eventId, grantId }, { set: { expiresAt } })
    return 'moved'
  })
}

/** Whether a payment was given back, or is to be, because it paid for nothing: that is never taken back. */
export async function isGivenBack({ store, platform }: Context, payment: PaymentDoc): Promise<boolean> {
  const { refundId } = await unusedRefund(platform, payment, payment.captured)
  return (await store.get(payment.appId, 'refunds', { refundId })) !== null
}
