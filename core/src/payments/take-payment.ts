import {
  type PaymentClaim,
  type PaymentId,
  Problem,
  paymentCallMs,
  paymentHeadStartMs,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { PaymentDoc } from '../store/schema.ts'
import { isDuplicate } from '../store/store.ts'
import { countDeclined, type Named, ofGrant, orderedPayment } from './ordered-payment.ts'
import { chargeOf, keyOf, newPayment, type Purpose } from './payment-rows.ts'
import type { Provider, Seen } from './provider.ts'
import { recordState, recordTaken } from './record-state.ts'

/** What is to be paid, and by what the buyer or the app says it was paid. */
export type Due = Omit<Named, 'claim'> & { readonly claim: PaymentClaim | undefined }

/** A payment that may carry a booking. `paymentId` is null when there was nothing to pay. */
export type Taken =
  | {
      readonly word: 'paid'
      readonly state: 'captured' | 'authorised' | 'pending'
      readonly paymentId: PaymentId | null
    }
  | { readonly word: 'unknown' }

type Context = Pick<Core, 'store' | 'platform' | 'findProvider'>

/**
 * Checks that a grant is paid for. A payment is on record before the provider is asked, so that no authorisation is ever
 * without one: since it was ordered, or since the app's server says that it has the money. What a client names beyond
 * that is refused, and leaves nothing. Nothing is voided here, whatever comes: that is repair's, which knows what was
 * decided.
 *
 * @throws Problem `payment_required`, `payment_declined`, `payment_already_used`, `rate_limited`, `forbidden`,
 *   `invalid_request`
 */
export async function takePayment(ctx: Context, due: Due, budgetMs: number): Promise<Taken> {
  if (due.amount === 0) return { word: 'paid', state: 'captured', paymentId: null }
  const { claim } = due
  if (due.provider === 'none' || !claim) throw new Problem('payment_required')
  if (due.provider === 'external') {
    checkAssertion(due, claim)
    await recordIntent(ctx, due, claim.id)
    return { word: 'paid', state: 'captured', paymentId: claim.id }
  }
  const provider = ctx.findProvider(due.provider, due.account)
  if (!provider) throw new Problem('payment_required')
  const callMs = Math.min(budgetMs, paymentCallMs)
  const find = provider.takesUnordered ? namedPayment : orderedPayment
  try {
    const payment = await find(ctx, provider, { ...due, claim }, callMs)
    return payment === 'unknown' ? { word: 'unknown' } : await lookAt(ctx, provider, payment, callMs)
  } catch (error) {
    if (error instanceof Problem && error.code === 'payment_declined') await countDeclined(ctx, due)
    throw error
  }
}

/** The app took the money itself: only its server may say so, and the sum must be right. */
function checkAssertion(due: Due, claim: PaymentClaim): void {
  if (due.kind !== 'secret') {
    const message =
      'must be the secret key: this app takes payments by itself, so its server alone says that one was made'
    throw new Problem('forbidden', { errors: [{ path: 'x-api-key', message }] })
  }
  const errors = []
  if (claim.amount !== due.amount) errors.push({ path: 'payment.amount', message: `must be ${due.amount}` })
  if (claim.currency !== due.currency)
    errors.push({ path: 'payment.currency', message: `must be ${due.currency}` })
  if (errors.length > 0) throw new Problem('invalid_request', { errors })
}

/** The payment that a client names where none has to be ordered. */
async function namedPayment(
  ctx: Context,
  provider: Provider,
  named: Named,
  callMs: number,
): Promise<PaymentDoc | 'unknown'> {
  const paymentId = named.paymentId ?? (await provider.identify(named.claim, callMs))
  if (paymentId === 'unknown') return 'unknown'
  if (paymentId === null) throw new Problem('payment_declined')
  return recordIntent(ctx, named, paymentId)
}

/**
 * The row of a payment that needs no order, made if it is not there.
 * @throws Problem `payment_already_used`
 */
export async function recordIntent(
  { store, platform }: Pick<Context, 'store' | 'platform'>,
  due: Purpose,
  paymentId: PaymentId,
): Promise<PaymentDoc> {
  const nowMs = platform.now()
  const times = { nowMs, dueAtMs: nowMs + paymentHeadStartMs, reference: null }
  const fresh = newPayment(due, paymentId, times)
  // What an app asserts is here.
  const row: PaymentDoc =
    due.provider === 'external' ? { ...fresh, state: 'CAPTURED', captured: due.amount } : fresh
  try {
    await store.insert(due.appId, 'payments', row)
    return row
  } catch (error) {
    if (!isDuplicate(error, 'payments', 'primary')) throw error
    const known = await store.get(due.appId, 'payments', keyOf(row))
    if (!known) throw error
    return ofGrant(known, due)
  }
}

async function lookAt(ctx: Context, provider: Provider, payment: PaymentDoc, callMs: number): Promise<Taken> {
  const sight = await provider.look(chargeOf(payment), callMs)
  if (sight.word === 'unknown') return { word: 'unknown' }
  if (sight.word === 'absent' || !isOrdered(payment, sight)) throw new Problem('payment_declined')
  return heed(ctx, payment, sight)
}

/**
 * Whether this is what was ordered, in the currency of its event. Where orders are known, a payment for something else at
 * the same account is none of ours, whoever names it: it must not be touched.
 */
export const isOrdered = ({ reference, currency }: PaymentDoc, seen: Seen): boolean =>
  (seen.reference === null || seen.reference === reference) && seen.currency === currency

async function heed(ctx: Context, payment: PaymentDoc, seen: Seen): Promise<Taken> {
  switch (seen.state) {
    case 'open':
      throw new Problem('payment_required')
    case 'declined':
      await recordState(ctx, payment, 'DECLINED')
      throw new Problem('payment_declined')
    case 'voided':
      await recordState(ctx, payment, 'VOIDED')
      throw new Problem('payment_declined')
    case 'captured':
      return paid(ctx, payment, seen, seen.state, await recordTaken(ctx, payment, seen.amount))
    case 'authorised':
      return paid(ctx, payment, seen, seen.state, await recordState(ctx, payment, 'AUTHORISED'))
    case 'pending':
      return paid(ctx, payment, seen, seen.state, await recordState(ctx, payment, 'PENDING'))
  }
}

/** It may carry a booking, if it is of the right sum and, when this was no news, still for this grant. */
async function paid(
  { store }: Context,
  payment: PaymentDoc,
  seen: Seen,
  state: 'captured' | 'authorised' | 'pending',
  isNews: boolean,
): Promise<Taken> {
  const { appId, grantId, paymentId } = payment
  if (seen.amount !== payment.amount) throw new Problem('payment_declined')
  if (isNews) return { word: 'paid', state, paymentId }
  // It was paid late, and has another grant since: it must not carry two.
  const kept = await store.get(appId, 'payments', keyOf(payment))
  return kept?.grantId === grantId ? { word: 'paid', state, paymentId } : { word: 'unknown' }
}
