import { type AppId, Problem, type RefundId } from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { PaymentDoc, RefundDoc } from '../store/schema.ts'
import type { Settling } from './book-paid.ts'
import { finishRefund } from './finish-refund.ts'
import { keyOf, type PaymentKey } from './payment-rows.ts'
import { settlePayment } from './settle-payment.ts'

/**
 * Looks at a payment now, as if it had never been tried; one at rest is looked at as well.
 * @throws Problem `not_found`
 */
export async function retryPayment(ctx: Settling, key: PaymentKey): Promise<PaymentDoc> {
  const set = { dueAt: new Date(ctx.platform.now()), attempts: 0, expiresAt: null }
  await ctx.store.updateIf(key.appId, 'payments', keyOf(key), { set })
  await settlePayment(ctx, key)
  const payment = await ctx.store.get(key.appId, 'payments', keyOf(key))
  if (!payment) throw new Problem('not_found')
  return payment
}

/**
 * Records that money was given back outside of here: by an app that takes its payments itself, or by an operator where
 * the provider refused. Told again, nothing changes.
 *
 * @param from the states of which the caller may say so.
 * @throws Problem `not_found`
 */
export async function settleByHand(
  ctx: Pick<Core, 'store' | 'platform'>,
  { appId, refundId }: { readonly appId: AppId; readonly refundId: RefundId },
  from: readonly RefundDoc['state'][],
): Promise<RefundDoc> {
  const owed = await ctx.store.get(appId, 'refunds', { refundId })
  if (owed) await finishRefund(ctx, owed, from)
  const refund = await ctx.store.get(appId, 'refunds', { refundId })
  if (refund?.state !== 'DONE') throw new Problem('not_found')
  return refund
}
