import { type Intent, type Refund, refundedOf } from './book.ts'

/** https://docs.stripe.com/api/payment_intents/object */
export function intentObject(intent: Intent, isChargeExpanded = false) {
  const { id, secret, amount, currency, created, metadata, status, capturable, received, charge } = intent
  const failure = { type: 'card_error', code: 'card_declined', decline_code: 'generic_decline' }
  return {
    id,
    object: 'payment_intent',
    amount,
    amount_capturable: capturable,
    amount_received: received,
    automatic_payment_methods: { enabled: true },
    canceled_at: status === 'canceled' ? created : null,
    cancellation_reason: null,
    capture_method: 'manual',
    client_secret: secret,
    created,
    currency,
    last_payment_error: intent.hasFailed ? failure : null,
    latest_charge: isChargeExpanded && charge ? chargeObject(intent) : charge,
    livemode: false,
    metadata,
    next_action: null,
    payment_method: null,
    status,
  }
}

/** https://docs.stripe.com/api/charges/object */
export const chargeObject = (intent: Intent) => ({
  id: intent.charge,
  object: 'charge',
  amount: intent.amount,
  amount_captured: intent.received,
  amount_refunded: refundedOf(intent),
  captured: intent.received > 0,
  currency: intent.currency,
  payment_intent: intent.id,
  refunded: intent.received > 0 && refundedOf(intent) === intent.received,
  status: 'succeeded',
})

/** https://docs.stripe.com/api/refunds/object */
export const refundObject = ({ id, intent, amount, currency, metadata, created, status }: Refund) => ({
  id,
  object: 'refund',
  amount,
  created,
  currency,
  metadata,
  payment_intent: intent,
  reason: null,
  status,
})
