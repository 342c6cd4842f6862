import { PaymentId } from '@holdfast/contract'
import * as z from 'zod'
import type { ProviderState, Seen } from '../provider.ts'
import { fromStripe } from './amounts.ts'

/** What we read of a PaymentIntent: https://docs.stripe.com/api/payment_intents/object */
export const Intent = z.object({
  id: PaymentId,
  status: z.enum([
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
    'processing',
    'requires_capture',
    'succeeded',
    'canceled',
  ]),
  amount: z.int().min(0),
  amount_capturable: z.int().min(0),
  amount_received: z.int().min(0),
  currency: z.string().toUpperCase(),
  metadata: z.record(z.string(), z.string()),
  last_payment_error: z.object({}).nullish(),
  client_secret: z.string().nullish(),
})
export type Intent = z.infer<typeof Intent>

/** Whether an id can be one of a PaymentIntent; nothing else must become part of a path. */
export const isIntentId = (id: string): boolean => /^pi_[A-Za-z0-9]{1,120}$/.test(id)

/** https://docs.stripe.com/payments/paymentintents/lifecycle */
function stateOf({ status, last_payment_error: failed }: Intent): ProviderState {
  switch (status) {
    case 'requires_payment_method':
      return failed ? 'declined' : 'open'
    case 'requires_confirmation':
    case 'requires_action':
      return 'open'
    case 'processing':
      return 'pending'
    case 'requires_capture':
      return 'authorised'
    case 'succeeded':
      return 'captured'
    case 'canceled':
      return 'voided'
  }
}

/** Only what is here, or reserved, counts; else what was asked for. */
function sumOf(intent: Intent, state: ProviderState): number {
  if (state === 'captured') return intent.amount_received
  return state === 'authorised' ? intent.amount_capturable : intent.amount
}

/** Where an intent stands, in our words. */
export function seenOf(intent: Intent): Seen {
  const state = stateOf(intent)
  const { currency, metadata } = intent
  const amount = fromStripe(sumOf(intent, state), currency)
  return { word: 'seen', state, amount, currency, reference: metadata.reference ?? '' }
}
