import * as z from 'zod'
import type { Refunding } from '../provider.ts'

/** What we read of a refund: https://docs.stripe.com/api/refunds/object */
export const Refund = z.object({
  id: z.string(),
  amount: z.int().min(0),
  currency: z.string().toUpperCase(),
  status: z.enum(['pending', 'requires_action', 'succeeded', 'failed', 'canceled']).nullable(),
  payment_intent: z.string().nullable(),
  metadata: z
    .record(z.string(), z.string())
    .nullable()
    .transform((metadata) => metadata ?? {}),
})
export type Refund = z.infer<typeof Refund>

/** How far a refund has come, in our words. */
export function refundingOf({ status }: Refund): Refunding {
  switch (status) {
    case 'succeeded':
      return 'done'
    case 'failed':
    case 'canceled':
      return 'refused'
    case 'pending':
    case 'requires_action':
    case null:
      return 'pending'
  }
}

/** A page of refunds of one payment; more than fit on it are no answer. */
export const Refunds = z.object({ data: z.array(Refund), has_more: z.literal(false) })

/** What is left of a captured payment to be given back. */
export const Charged = z
  .object({
    amount_received: z.int(),
    latest_charge: z.object({ amount_refunded: z.int() }).nullable(),
  })
  .transform(({ amount_received, latest_charge }) => amount_received - (latest_charge?.amount_refunded ?? 0))
