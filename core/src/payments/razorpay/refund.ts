import { base62Of, type Platform } from '@holdfast/contract'
import type { Charge, Refunding, RefundRequest } from '../provider.ts'
import { type Budget, ProviderFault } from '../provider-call.ts'
import { toRazorpay } from './amounts.ts'
import type { RazorpayApi } from './api.ts'
import { itemsPerPage, type Ports, paymentOf } from './calls.ts'
import { type Payment, Refund, Refunds, refundingOf, stateOf } from './entities.ts'

/**
 * Gives money back. The refund of our reference is looked for first; its key guards what runs at once
 * (https://razorpay.com/docs/api/refunds/normal-refunds-idempotent).
 */
export async function refund(
  { api, ask }: Ports,
  platform: Pick<Platform, 'sha256'>,
  charge: Charge,
  { reference, amount }: RefundRequest,
  budgetMs: number,
): Promise<Refunding> {
  const sum = toRazorpay(amount, charge.currency)
  if (sum === null) return 'refused'
  const came = await ask('refund', budgetMs, async (budget): Promise<Refunding> => {
    const payment = await paymentOf(api, charge.paymentId, budget)
    if (!payment || stateOf(payment) !== 'captured') return 'refused'
    const path = `/v1/payments/${payment.id}/refund`
    const made = await find(api, payment, reference, budget)
    if (made) return refundingOf(made)
    const headers = { 'x-refund-idempotency': await keyOf(platform, payment, reference) }
    const body = { amount: sum, speed: 'normal', receipt: reference }
    const fresh = await api(Refund, { path, body, headers }, budget)
    if (fresh) return refundingOf(fresh)
    // With so much left, a refusal is not for good, e.g. the account's balance is low.
    const after = await paymentOf(api, charge.paymentId, budget)
    return after && leftOf(after) >= sum ? 'unknown' : 'refused'
  })
  return came ?? 'unknown'
}

const leftOf = ({ amount, amount_refunded: refunded }: Payment): number => amount - (refunded ?? 0)

async function find(
  api: RazorpayApi,
  { id }: Payment,
  reference: string,
  budget: Budget,
): Promise<Refund | undefined> {
  const list = await api(Refunds, { path: `/v1/payments/${id}/refunds?count=${itemsPerPage}` }, budget)
  if (!list) throw new ProviderFault('refunds are not told')
  return list.items.find(({ receipt }) => receipt === reference)
}

/** Letters and digits only, and at least ten of them, as Razorpay wants it. */
async function keyOf(
  { sha256 }: Pick<Platform, 'sha256'>,
  { id }: Payment,
  reference: string,
): Promise<string> {
  return base62Of(await sha256(new TextEncoder().encode(`${id} ${reference}`)))
}
