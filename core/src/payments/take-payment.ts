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
import { chargeOf, keyOf, newPayment, type Purpose } from './payment-rows.ts'
import type { Provider, Seen } from './provider.ts'
import { recordState, recordTaken } from './record-state.ts'

/** What is to be paid, and by what the buyer or the app says it was paid. */
export interface Due extends Purpose {
  readonly claim: PaymentClaim | undefined
  /** When it is known already which payment the claim means. */
  readonly paymentId?: PaymentId | undefined
}

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
 * Checks that a grant is paid for. The payment's row is written before the provider is asked, so that no
 * authorisation is ever without a record; a payment belongs to the first grant that names it. Nothing is voided here,
 * whatever comes: that is repair's, which knows what was decided.
 *
 * @throws Problem `payment_required`, `payment_declined`, `payment_already_used`, `forbidden`, `invalid_request`
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
  const paymentId = due.paymentId ?? (await provider.identify(claim, callMs))
  if (paymentId === 'unknown') return { word: 'unknown' }
  if (paymentId === null) throw new Problem('payment_declined')
  return lookAt(ctx, provider, await recordIntent(ctx, due, paymentId), callMs)
}

/** The app took the money itself: only its server may say so, and the sum must be right. */
function checkAssertion(due: Due, claim: PaymentClaim): void {
  if (due.kind !== 'secret') throw new Problem('forbidden')
  const errors = []
  if (claim.amount !== due.amount) errors.push({ path: 'payment.amount', message: `must be ${due.amount}` })
  if (claim.currency !== due.currency)
    errors.push({ path: 'payment.currency', message: `must be ${due.currency}` })
  if (errors.length > 0) throw new Problem('invalid_request', { errors })
}

/**
 * The row of a payment, made if it is not there.
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
    if (known?.eventId !== due.eventId || known.grantId !== due.grantId)
      throw new Problem('payment_already_used')
    return known
  }
}

async function lookAt(ctx: Context, provider: Provider, payment: PaymentDoc, callMs: number): Promise<Taken> {
  const sight = await provider.look(chargeOf(payment), callMs)
  if (sight.word === 'unknown') return { word: 'unknown' }
  if (sight.word === 'absent' || !isOrdered(payment, sight)) {
    await forget(ctx, payment)
    throw new Problem('payment_declined')
  }
  return heed(ctx, payment, sight)
}

/**
 * Whether this is what was ordered, in the currency of its event. Where orders are known, a payment for something else at
 * the same account is none of ours, whoever names it: it must not be touched.
 */
export const isOrdered = ({ reference, currency }: PaymentDoc, seen: Seen): boolean =>
  (seen.reference === null || seen.reference === reference) && seen.currency === currency

/** A payment that was ordered for something else, or is not there: it must be free for whom it is for. */
async function forget({ store }: Context, payment: PaymentDoc): Promise<void> {
  const { appId, grantId } = payment
  await store.delete(appId, 'payments', { ...keyOf(payment), grantId, state: 'INTENT', reference: null })
}

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

/** It may carry a booking, if it is of the right sum and, when this was no news, still on record. */
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
  // Another request may have found nothing at the provider, just before this one found it, and let the row go.
  const kept = await store.get(appId, 'payments', keyOf(payment))
  return kept?.grantId === grantId ? { word: 'paid', state, paymentId } : { word: 'unknown' }
}
