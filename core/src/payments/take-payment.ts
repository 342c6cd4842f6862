import {
  type AppId,
  type GrantId,
  type KeyKind,
  type PaymentClaim,
  type PaymentId,
  type PaymentProvider,
  Problem,
  paymentCallMs,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { isDuplicate } from '../store/store.ts'
import type { Authorisation } from './payments.ts'

/** What is to be paid, and by what the buyer or the app says it was paid. */
export interface Due {
  readonly appId: AppId
  readonly provider: PaymentProvider
  readonly kind: KeyKind
  readonly grantId: GrantId
  readonly amount: number
  readonly currency: string
  readonly claim: PaymentClaim | undefined
}

/** A payment that may carry a booking. `paymentId` is null when there was nothing to pay. */
export type Taken =
  | {
      readonly word: 'paid'
      readonly state: 'captured' | 'authorised' | 'pending'
      readonly paymentId: PaymentId | null
    }
  | { readonly word: 'unknown' }

type Context = Pick<Core, 'store' | 'payments' | 'platform'>

/**
 * Checks that a grant is paid for. The payment's row is written before the provider is asked, so that no
 * authorisation is ever without a record; a payment belongs to the first grant that names it.
 *
 * @throws Problem `payment_required`, `payment_declined`, `payment_already_used`, `forbidden`, `invalid_request`
 */
export async function takePayment(ctx: Context, due: Due, budgetMs: number): Promise<Taken> {
  if (due.amount === 0) return { word: 'paid', state: 'captured', paymentId: null }
  const { claim } = due
  if (due.provider === 'none' || !claim) throw new Problem('payment_required')
  if (due.provider === 'external') checkAssertion(due, claim)

  await recordIntent(ctx, due, claim.id)
  const answer = await authorise(ctx, due, claim.id, budgetMs)
  await recordAnswer(ctx, due, claim.id, answer)
  if (answer === 'declined') throw new Problem('payment_declined')
  if (answer === 'unknown') return { word: 'unknown' }
  return { word: 'paid', state: answer, paymentId: claim.id }
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

async function recordIntent({ store, platform }: Context, due: Due, paymentId: PaymentId): Promise<void> {
  const { appId, provider, grantId, amount, currency } = due
  const createdAt = new Date(platform.now())
  try {
    await store.insert(appId, 'payments', {
      appId,
      provider,
      paymentId,
      grantId,
      amount,
      currency,
      createdAt,
      state: 'INTENT',
    })
  } catch (error) {
    if (!isDuplicate(error, 'payments', 'primary')) throw error
    const row = await store.get(appId, 'payments', { provider, paymentId })
    if (row?.grantId !== grantId) throw new Problem('payment_already_used')
  }
}

async function authorise(
  ctx: Context,
  due: Due,
  paymentId: PaymentId,
  budgetMs: number,
): Promise<Authorisation> {
  if (due.provider === 'external') return 'captured'
  const provider = ctx.payments[due.provider]
  if (!provider) throw new Problem('payment_required')
  const { amount, currency } = due
  return provider.authorise({ paymentId, amount, currency }, Math.min(budgetMs, paymentCallMs))
}

const stateOf = {
  captured: 'CAPTURED',
  authorised: 'AUTHORISED',
  pending: 'PENDING',
  declined: 'DECLINED',
  unknown: 'INTENT',
} as const

/** For the operator and for repair; the booking itself says what carries it. A finished row is left alone. */
async function recordAnswer(
  ctx: Context,
  due: Due,
  paymentId: PaymentId,
  answer: Authorisation,
): Promise<void> {
  const { appId, provider, grantId } = due
  await ctx.store.updateIf(
    appId,
    'payments',
    { provider, paymentId, grantId, state: { in: ['INTENT', 'PENDING'] } },
    { set: { state: stateOf[answer] } },
  )
}
