import {
  faultNameOf,
  paymentCallMs,
  paymentPendingMsMax,
  paymentRetryMsMax,
  paymentRetryMsMin,
} from '@holdfast/contract'
import { InventoryFault } from '@holdfast/inventory'
import { decideAgainst } from '../bookings/decide-grant.ts'
import type { BookingDoc, PaymentDoc } from '../store/schema.ts'
import { bookAgain, confirmPaid, type Settling } from './book-paid.ts'
import { carries, chargeOf, isCovered, isOurs, keyOf, type PaymentKey } from './payment-rows.ts'
import type { Provider } from './provider.ts'
import {
  failBooking,
  isGivenBack,
  payBooking,
  putToRest,
  recordCapture,
  recordState,
  refundUnused,
} from './record-state.ts'
import { isOrdered } from './take-payment.ts'

/**
 * What a look at a payment came to. `again`: something changed, look once more. `rest`: what the provider has agrees
 * with what was decided. `until`: nothing to do before that time. `vain`: it was tried, and nobody answered.
 */
type Step = 'again' | 'rest' | 'vain' | { readonly untilMs: number }

/** More changes of one payment in a row than there are. */
const stepsMax = 8
/** The pause between two questions whether money that is on its way has come; a webhook is sooner. */
const pollMs = 30_000

/**
 * Brings one payment to rest: makes what its provider has agree with what was decided of its grant.
 *
 * The grant's decision names this payment: the money is taken, or the booking fails. It names another, or none: the
 * money is let go, or given back. Paid and not decided: the hold is confirmed for its buyer; paid after its hold was
 * over: a new grant is taken, and a refusal is a refund. Safe to run at any time, anywhere, at once: every record is
 * conditional, and the provider knows a repeated call.
 */
export async function settlePayment(ctx: Settling, key: PaymentKey): Promise<void> {
  for (let step = 0; step < stepsMax; step++) {
    const payment = await ctx.store.get(key.appId, 'payments', keyOf(key))
    if (!payment?.dueAt) return
    const came = await stepOf(ctx, payment).catch((error: unknown): Step => {
      const fault = faultNameOf(error)
      ctx.log({ level: 'warn', event: 'payment_not_settled', appId: key.appId, fault })
      return 'vain'
    })
    if (came === 'again') continue
    if (await putDown(ctx, payment, came)) return
  }
}

/** Says when to come again; false: somebody has changed the payment meanwhile. */
async function putDown(ctx: Settling, payment: PaymentDoc, came: Exclude<Step, 'again'>): Promise<boolean> {
  const { store, platform } = ctx
  const { appId, state, grantId, attempts } = payment
  const when = { ...keyOf(payment), state, grantId }
  if (came === 'rest') return putToRest(ctx, payment)
  const pauseMs = Math.min(paymentRetryMsMax, paymentRetryMsMin * 2 ** Math.min(attempts, 30))
  const change =
    came === 'vain'
      ? { set: { dueAt: new Date(platform.now() + pauseMs) }, inc: { attempts: 1 } }
      : { set: { dueAt: new Date(came.untilMs), attempts: 0 } }
  return (await store.updateIf(appId, 'payments', when, change)) === 1
}

async function stepOf(ctx: Settling, payment: PaymentDoc): Promise<Step> {
  if (!isOurs(payment, providerOf(ctx, payment))) return 'rest'
  const { appId, eventId, grantId } = payment
  const [booking] = await ctx.store.find(appId, 'bookings', { eventId, grantId }, { limit: 1 })
  if (booking) return carries(payment, booking) ? carried(ctx, payment, booking) : unused(ctx, payment)
  const decided = await ctx.store.get(appId, 'reservations', { eventId, grantId })
  switch (decided?.status) {
    case 'EXPIRED':
      return late(ctx, payment)
    case 'RELEASED':
      return unused(ctx, payment)
    case 'CONFIRMED':
      return 'vain'
    default:
      return undecided(ctx, payment)
  }
}

const providerOf = ({ findProvider }: Settling, { provider, account }: PaymentDoc): Provider | null =>
  findProvider(provider, account)

/** Asks the provider where the payment stands, and records it. */
async function look(ctx: Settling, payment: PaymentDoc): Promise<Step | 'idle'> {
  const sight = await providerOf(ctx, payment)?.look(chargeOf(payment), paymentCallMs)
  if (!sight || sight.word === 'unknown') return 'vain'
  if (sight.word === 'absent') return 'idle'
  if (!isOrdered(payment, sight)) return 'vain'
  switch (sight.state) {
    case 'captured':
      await recordCapture(ctx, payment, sight.amount)
      return 'again'
    case 'authorised':
      if (sight.amount !== payment.amount) return 'idle'
      await recordState(ctx, payment, 'AUTHORISED')
      return payment.state === 'VOIDED' ? 'idle' : 'again'
    case 'pending':
      await recordState(ctx, payment, 'PENDING')
      return 'idle'
    case 'declined':
      await recordState(ctx, payment, 'DECLINED')
      return 'idle'
    case 'voided':
      await recordState(ctx, payment, 'VOIDED')
      return 'idle'
    case 'open':
      return 'idle'
  }
}

/** A booking was sold on this payment. */
async function carried(ctx: Settling, payment: PaymentDoc, booking: BookingDoc): Promise<Step> {
  if (booking.paymentStatus === 'SUCCESS' && booking.status === 'CONFIRMED') return 'rest'
  if (booking.paymentStatus !== 'PENDING') return unused(ctx, payment)
  switch (payment.state) {
    case 'CAPTURED':
      await payBooking(ctx, booking)
      return 'again'
    case 'AUTHORISED':
      return capture(ctx, payment, booking)
    case 'DECLINED':
    case 'VOIDED':
    case 'CAPTURE_FAILED':
      await failBooking(ctx, booking)
      return 'again'
    case 'INTENT':
    case 'PENDING':
      return awaitMoney(ctx, payment, booking)
  }
}

async function capture(ctx: Settling, payment: PaymentDoc, booking: BookingDoc): Promise<Step> {
  const provider = providerOf(ctx, payment)
  if (!provider) return 'vain'
  const answer = await provider.capture(chargeOf(payment), booking.bookingId, paymentCallMs)
  if (answer === 'unknown') return 'vain'
  if (answer === 'captured') {
    await recordCapture(ctx, payment, payment.amount)
    return 'again'
  }
  // Before the booking fails, nobody must be able to take the money any more.
  return letGo(ctx, payment, 'CAPTURE_FAILED')
}

/** Money on its way comes, is refused, or is asked to be let go when its time is over. */
async function awaitMoney(ctx: Settling, payment: PaymentDoc, booking: BookingDoc): Promise<Step> {
  const seen = await look(ctx, payment)
  if (seen !== 'idle') return seen
  const after = await ctx.store.get(payment.appId, 'payments', keyOf(payment))
  if (after && after.state !== payment.state && after.state !== 'PENDING') return 'again'
  const overMs = booking.createdAt.getTime() + paymentPendingMsMax
  const nowMs = ctx.platform.now()
  if (nowMs < overMs) return { untilMs: Math.min(overMs, nowMs + pollMs) }
  return letGo(ctx, payment, 'VOIDED')
}

/** Nothing was decided yet. */
async function undecided(ctx: Settling, payment: PaymentDoc): Promise<Step> {
  if (payment.state === 'AUTHORISED' || (payment.state === 'CAPTURED' && isCovered(payment))) {
    return (await confirmPaid(ctx, payment)) ? 'again' : afterHold(ctx, payment)
  }
  if (payment.state === 'CAPTURED') return unused(ctx, payment)
  const seen = await look(ctx, payment)
  return seen === 'idle' ? afterHold(ctx, payment) : seen
}

/** Waits for the end of the hold, and decides against the grant when it is over. */
async function afterHold(ctx: Settling, payment: PaymentDoc): Promise<Step> {
  const { appId, eventId, grantId, owner } = payment
  const reply = await ctx.inventory.read({ appId, eventId }, grantId, null).catch((error: unknown) => {
    if (error instanceof InventoryFault) return null
    throw error
  })
  if (!reply || reply.word === 'not_ready') return 'vain'
  const { nowMs } = reply
  if (reply.word === 'hold' && (reply.hold.status === 'held' || reply.hold.status === 'confirming')) {
    const leftMs = Math.max(paymentRetryMsMin, reply.hold.untilMs - nowMs)
    return { untilMs: ctx.platform.now() + leftMs }
  }
  await decideAgainst(ctx, { appId, eventId, grantId, owner }, 'EXPIRED')
  return 'again'
}

/** The hold was over before it was paid: what was ordered and paid gets the seats again, if they are free. */
async function late(ctx: Settling, payment: PaymentDoc): Promise<Step> {
  if (payment.reference === null) return unused(ctx, payment)
  switch (payment.state) {
    case 'VOIDED':
    case 'CAPTURE_FAILED':
      return 'rest'
    case 'CAPTURED':
      return isCovered(payment) ? again(ctx, payment) : unused(ctx, payment)
    case 'AUTHORISED':
      return again(ctx, payment)
    default: {
      const seen = await look(ctx, payment)
      return seen === 'idle' ? letGo(ctx, payment, 'VOIDED') : seen
    }
  }
}

async function again(ctx: Settling, payment: PaymentDoc): Promise<Step> {
  if (await isGivenBack(ctx, payment)) return 'rest'
  switch (await bookAgain(ctx, payment)) {
    case 'granted':
      return 'again'
    case 'refused':
      return unused(ctx, payment)
    case 'unknown':
      return 'vain'
  }
}

/** It pays for nothing: what was taken is given back, what was not is let go. */
async function unused(ctx: Settling, payment: PaymentDoc): Promise<Step> {
  switch (payment.state) {
    case 'CAPTURED': {
      const { appId } = payment
      // What a cancelled booking gives back was decided when it was cancelled.
      const [booking] = await ctx.store.find(
        appId,
        'bookings',
        { eventId: payment.eventId, grantId: payment.grantId },
        { limit: 1 },
      )
      const wasPaid = booking && carries(payment, booking) && booking.paymentStatus === 'SUCCESS'
      if (!wasPaid) await refundUnused(ctx, payment)
      return 'rest'
    }
    case 'VOIDED':
    case 'CAPTURE_FAILED':
      return 'rest'
    default:
      return letGo(ctx, payment, 'VOIDED')
  }
}

/** Asks the provider to let the money go: it does, or it is too late, or nobody knows. */
async function letGo(ctx: Settling, payment: PaymentDoc, to: 'VOIDED' | 'CAPTURE_FAILED'): Promise<Step> {
  const provider = providerOf(ctx, payment)
  if (!provider) return 'vain'
  switch (await provider.void(chargeOf(payment), paymentCallMs)) {
    case 'voided':
      await recordState(ctx, payment, to)
      return 'again'
    case 'captured': {
      const seen = await look(ctx, payment)
      return seen === 'idle' ? 'vain' : seen
    }
    case 'unknown':
      return 'vain'
  }
}
