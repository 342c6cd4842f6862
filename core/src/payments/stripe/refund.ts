import type Stripe from 'stripe'
import type { Charge, Refunding, RefundRequest } from '../provider.ts'
import type { Budget } from '../provider-call.ts'
import { toStripe } from './amounts.ts'
import { isRefusal, type Ports } from './calls.ts'
import { isIntentId } from './intents.ts'
import { Charged, Refund, Refunds, refundingOf } from './refunds.ts'

/** The most that Stripe lists at once: https://docs.stripe.com/api/pagination */
const refundsPerPage = 100

/**
 * Gives money back. The refund of our reference is looked for first, since Stripe forgets a key after a day; the key
 * guards what runs at once. Until it is forgotten, what Stripe said no to or failed at stays so: late rather than twice.
 */
export async function refund(
  { stripe, ask }: Ports,
  { paymentId, currency }: Charge,
  { reference, amount }: RefundRequest,
  budgetMs: number,
): Promise<Refunding> {
  const sum = toStripe(amount, currency)
  if (sum === null || !isIntentId(paymentId)) return 'refused'
  const params = { payment_intent: paymentId, amount: sum, metadata: { reference } }
  const came = await ask('refund', budgetMs, async (budget): Promise<Refunding> => {
    const made = await find(stripe, params, budget)
    if (made) return refundingOf(made)
    budget.signal.throwIfAborted()
    const options = { idempotencyKey: `refund:${paymentId}:${reference}`, timeout: budget.timeoutMs }
    try {
      return refundingOf(Refund.parse(await stripe.refunds.create(params, options)))
    } catch (error) {
      if (!isRefusal(error)) throw error
    }
    return (await isLeft(stripe, params, budget)) ? 'unknown' : 'refused'
  })
  return came ?? 'unknown'
}

interface Wanted {
  readonly payment_intent: string
  readonly amount: number
  readonly metadata: { readonly reference: string }
}

async function find(stripe: Stripe, wanted: Wanted, { timeoutMs }: Budget): Promise<Refund | undefined> {
  const query = { payment_intent: wanted.payment_intent, limit: refundsPerPage }
  const { data } = Refunds.parse(await stripe.refunds.list(query, { timeout: timeoutMs }))
  return data.find(({ metadata }) => metadata.reference === wanted.metadata.reference)
}

/** Whether there is so much to give back: then a refusal is not for good, e.g. the account's balance is low. */
async function isLeft(stripe: Stripe, wanted: Wanted, { signal, timeoutMs }: Budget): Promise<boolean> {
  signal.throwIfAborted()
  const query = { expand: ['latest_charge'] }
  const intent = await stripe.paymentIntents.retrieve(wanted.payment_intent, query, { timeout: timeoutMs })
  return Charged.parse(intent) >= wanted.amount
}
