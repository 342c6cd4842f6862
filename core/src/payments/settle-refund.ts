import { faultNameOf, paymentCallMs, paymentRetryMsMax, paymentRetryMsMin } from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { RefundDoc } from '../store/schema.ts'
import { finishRefund } from './finish-refund.ts'
import { isOurs, keyOf } from './payment-rows.ts'
import type { Refunding } from './provider.ts'

type Context = Pick<Core, 'store' | 'platform' | 'findProvider' | 'log'>

/**
 * Has the provider give money back, which knows the refund by its id: asked again, it is the same one. A refusal for good
 * is for an operator, who finds it among the stuck ones.
 */
export async function settleRefund(ctx: Context, { appId, refundId }: RefundDoc): Promise<void> {
  const refund = await ctx.store.get(appId, 'refunds', { refundId })
  if (refund?.state !== 'PENDING') return
  const came = await ask(ctx, refund).catch((error: unknown): Refunding => {
    ctx.log({
      level: 'warn',
      event: 'refund_not_settled',
      appId,
      fault: faultNameOf(error),
    })
    return 'unknown'
  })
  if (came === 'done') {
    await finishRefund(ctx, refund, ['PENDING'])
    return
  }
  const pauseMs = Math.min(paymentRetryMsMax, paymentRetryMsMin * 2 ** Math.min(refund.attempts, 30))
  const dueAt = new Date(ctx.platform.now() + pauseMs)
  const change = {
    refused: { set: { state: 'FAILED', dueAt: null } },
    // Accepted, and told by an event or by the next question.
    pending: { set: { dueAt: new Date(ctx.platform.now() + paymentRetryMsMax), attempts: 0 } },
    unknown: { set: { dueAt }, inc: { attempts: 1 } },
  } as const
  await ctx.store.updateIf(appId, 'refunds', { refundId, state: 'PENDING' }, change[came])
}

async function ask({ store, findProvider }: Context, refund: RefundDoc): Promise<Refunding> {
  const provider = findProvider(refund.provider, refund.account)
  const payment = provider && (await store.get(refund.appId, 'payments', keyOf(refund)))
  if (!payment) return 'unknown'
  if (!isOurs(payment, provider)) return 'refused'
  const { paymentId, captured: amount, currency } = payment
  const asked = { reference: refund.refundId, amount: refund.amount }
  return provider.refund({ paymentId, amount, currency }, asked, paymentCallMs)
}
