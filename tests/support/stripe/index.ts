import type { StripeAccount } from '../../../core/src/payments/stripe.ts'
import { type Delivery, type Entry, type ProviderFake, secretDigits, type Verb } from '../provider-fake.ts'
import { startWire } from '../provider-server.ts'
import { createBook, type Intent, refundedOf } from './book.ts'
import { intentObject, refundObject } from './objects.ts'
import { assertAmount } from './params.ts'
import { stripeRoutes } from './routes.ts'
import { deliveryOf } from './webhooks.ts'

export type FakeStripe = ProviderFake<StripeAccount>

/** A Stripe on this machine, of one account in test mode, as https://docs.stripe.com/api says of version 2026-10-28. */
export async function startFakeStripe({
  nowMs = Date.now,
}: {
  nowMs?: () => number
} = {}): Promise<FakeStripe> {
  const webhooks: Delivery[] = []
  const secrets = [`whsec_${secretDigits()}`]
  const book = createBook((type, what) => {
    const object = 'intent' in what ? refundObject(what) : intentObject(what)
    webhooks.push(deliveryOf(type, object, { secrets, nowMs }))
  }, nowMs)
  const secretKey = `sk_test_${secretDigits()}`
  const { apiUrl, ...wire } = await startWire({ verbsOf, routes: stripeRoutes(book, secretKey, nowMs) })
  const of = (id: string): Intent => book.find(id)
  return {
    ...wire,
    account: { secretKey, publishableKey: `pk_test_${secretDigits()}`, webhookSecrets: secrets, apiUrl },
    webhooks,
    pay(id, outcome) {
      book.attempt(of(id), outcome)
      return { id: id as never }
    },
    settlePending(id, outcome) {
      if (of(id).status !== 'processing') throw new Error(`${id} is not on its way`)
      book.attempt(of(id), outcome)
    },
    orderByHand({ amount, currency }) {
      assertAmount(amount, currency.toLowerCase())
      return book.create(amount, currency.toLowerCase(), {}).id
    },
    refuseCapture(id) {
      of(id).refusesCapture = true
    },
    lapse(id) {
      // After 7 days: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
      if (of(id).capturable === 0) throw new Error(`nothing is reserved by ${id}`)
      book.cancel(id)
    },
    captureByHand(id) {
      book.capture(id, undefined, {})
    },
    refundByHand(id, amount) {
      book.refund(id, amount, {})
    },
    delayRefunds(are) {
      book.settings.areRefundsDelayed = are
    },
    emptyBalance(is) {
      book.settings.isBalanceEmpty = is
    },
    settleRefunds: (outcome) => book.settleRefunds(outcome === 'done' ? 'succeeded' : 'failed'),
    books: () => new Map([...book.intents.values()].map((intent) => [intent.id, entryOf(intent)])),
  }
}

const entryOf = (intent: Intent): Entry => ({
  captured: intent.received,
  refunded: refundedOf(intent),
  reserved: intent.capturable,
})

function verbsOf(method: string, path: string): readonly Verb[] {
  if (method === 'GET') return ['look']
  if (path === '/v1/payment_intents') return ['order']
  if (path === '/v1/refunds') return ['refund']
  if (path.endsWith('/capture')) return ['capture']
  return path.endsWith('/cancel') ? ['void'] : []
}
