import { PaymentId } from '@holdfast/contract'
import * as z from 'zod'
import type { ProviderState, Refunding, Seen } from '../provider.ts'

const minor = z.int().min(0)

/** What we read of an order: https://razorpay.com/docs/api/orders/entity */
export const Order = z.object({
  id: PaymentId,
  amount: minor,
  currency: z.string(),
  receipt: z.string().nullish(),
  created_at: z.int(),
})
export type Order = z.infer<typeof Order>
export const Orders = z.object({ items: z.array(Order) })

/** What we read of a payment: https://razorpay.com/docs/api/payments/entity */
export const Payment = z.object({
  id: z.string(),
  order_id: PaymentId.nullish(),
  amount: minor,
  currency: z.string(),
  status: z.enum(['created', 'authorized', 'captured', 'refunded', 'failed']),
  captured: z.boolean().nullish(),
  amount_refunded: minor.nullish(),
})
export type Payment = z.infer<typeof Payment>
export const Payments = z.object({ items: z.array(Payment) })

/** What we read of a refund: https://razorpay.com/docs/api/refunds/entity */
export const Refund = z.object({
  id: z.string(),
  payment_id: z.string(),
  amount: minor,
  currency: z.string(),
  receipt: z.string().nullish(),
  status: z.enum(['pending', 'processed', 'failed']),
})
export type Refund = z.infer<typeof Refund>
export const Refunds = z.object({ items: z.array(Refund) })

/** Whether an id can be one of an order, or of a payment; nothing else must become part of a path. */
export const isOrderId = (id: string): boolean => /^order_[A-Za-z0-9]{1,100}$/.test(id)
export const isPaymentId = (id: string): boolean => /^pay_[A-Za-z0-9]{1,100}$/.test(id)

/** An attempt that was only begun is open: most are given up, and money on its way is not told from them. */
export function stateOf({ status, captured }: Payment): ProviderState {
  switch (status) {
    case 'created':
      return 'open'
    case 'authorized':
      return 'authorised'
    case 'captured':
      return 'captured'
    case 'failed':
      return 'declined'
    case 'refunded':
      // What Razorpay gave back by itself was never taken: https://razorpay.com/docs/payments/refunds/auto-refunds
      return captured ? 'captured' : 'voided'
  }
}

const rank: readonly ProviderState[] = ['captured', 'authorised', 'open', 'declined', 'voided']

/** The payment of an order that counts: money that is here, else reserved, else the attempt that may yet succeed. */
export const bestOf = (payments: readonly Payment[]): Payment | undefined =>
  payments.toSorted((one, other) => rank.indexOf(stateOf(one)) - rank.indexOf(stateOf(other)))[0]

/** Where an order stands by its payments. */
export function seenOf(order: Order, payments: readonly Payment[]): Seen {
  const best = bestOf(payments)
  const { amount, currency } = best ?? order
  return {
    word: 'seen',
    state: best ? stateOf(best) : 'open',
    amount,
    currency,
    reference: order.receipt ?? '',
  }
}

/** How far a refund has come, in our words. */
export function refundingOf({ status }: Refund): Refunding {
  switch (status) {
    case 'processed':
      return 'done'
    case 'failed':
      return 'refused'
    case 'pending':
      return 'pending'
  }
}
