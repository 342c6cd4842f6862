import type { BookingId } from '@holdfast/contract'
import Stripe from 'stripe'
import type { Capture, Charge, OrderReply, OrderRequest, Sight, Voiding } from '../provider.ts'
import type { Ask, Budget } from '../provider-call.ts'
import { toStripe } from './amounts.ts'
import { Intent, isIntentId, seenOf } from './intents.ts'

/** One account's client, and how it is asked. */
export interface Ports {
  readonly stripe: Stripe
  readonly ask: Ask
}

/** Whether Stripe understood, and said no: it is not busy, and our key is not wrong. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeError && (error.statusCode === 400 || error.statusCode === 402)

async function retrieve(stripe: Stripe, id: string, { signal, timeoutMs }: Budget): Promise<Intent | null> {
  if (!isIntentId(id)) return null
  signal.throwIfAborted()
  try {
    return Intent.parse(await stripe.paymentIntents.retrieve(id, {}, { timeout: timeoutMs }))
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError && error.statusCode === 404) return null
    throw error
  }
}

/** Where a payment stands. */
export async function sightOf(
  { stripe, ask }: Ports,
  { paymentId }: Charge,
  budgetMs: number,
): Promise<Sight> {
  const sight = await ask('look', budgetMs, async (budget): Promise<Sight> => {
    const intent = await retrieve(stripe, paymentId, budget)
    return intent ? seenOf(intent) : { word: 'absent' }
  })
  return sight ?? { word: 'unknown' }
}

/**
 * Stripe answers a key for a day as it did first, a fault of its own too. Behind such a fault there may be an intent
 * that nobody is told of, so that nobody pays it: the next key may make another.
 */
const orderKeysOf = (reference: string): readonly string[] =>
  ['', ':2', ':3'].map((again) => `order:${reference}${again}`)

const isRepeatedFault = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeError &&
  (error.statusCode ?? 0) >= 500 &&
  error.headers?.['idempotent-replayed'] === 'true'

/** Makes the intent of an order. Its key makes a repeat the same intent for a day, longer than any hold lives. */
export async function order(
  { stripe, ask }: Ports,
  publishableKey: string,
  { reference, appId, eventId, grantId, amount, currency }: OrderRequest,
  budgetMs: number,
): Promise<OrderReply> {
  const sum = toStripe(amount, currency)
  if (sum === null) return { word: 'refused' }
  const params: Stripe.PaymentIntentCreateParams = {
    amount: sum,
    currency: currency.toLowerCase(),
    capture_method: 'manual',
    automatic_payment_methods: { enabled: true },
    metadata: { app: appId, event: eventId, grant: grantId, reference },
  }
  const made = await ask('order', budgetMs, async ({ signal, timeoutMs }): Promise<OrderReply> => {
    for (const idempotencyKey of orderKeysOf(reference)) {
      signal.throwIfAborted()
      try {
        const intent = await stripe.paymentIntents.create(params, { idempotencyKey, timeout: timeoutMs })
        const { id, client_secret } = Intent.parse(intent)
        const secret = client_secret ? { clientSecret: client_secret } : {}
        return { word: 'made', paymentId: id, checkout: { keyId: publishableKey, ...secret } }
      } catch (error) {
        if (isRefusal(error)) return { word: 'refused' }
        if (!isRepeatedFault(error)) throw error
      }
    }
    return { word: 'unknown' }
  })
  return made ?? { word: 'unknown' }
}

/**
 * Takes reserved money. An intent is captured once, whoever asks, so there is no idempotency key: under one, Stripe
 * would repeat a passing fault for a day (https://docs.stripe.com/api/idempotent_requests).
 */
export async function capture(
  { stripe, ask }: Ports,
  { paymentId, amount, currency }: Charge,
  bookingId: BookingId,
  budgetMs: number,
): Promise<Capture> {
  const sum = toStripe(amount, currency)
  if (sum === null || !isIntentId(paymentId)) return 'refused'
  const captured = await ask('capture', budgetMs, async (budget): Promise<Capture> => {
    const params = { amount_to_capture: sum, metadata: { booking: bookingId } }
    let wasRefused = false
    try {
      await stripe.paymentIntents.capture(paymentId, params, { timeout: budget.timeoutMs })
    } catch (error) {
      if (!isRefusal(error)) throw error
      wasRefused = true
    }
    const intent = await retrieve(stripe, paymentId, budget)
    if (intent === null || intent.status === 'processing') return 'unknown'
    if (intent.status === 'succeeded') return 'captured'
    return wasRefused ? 'refused' : 'unknown'
  })
  return captured ?? 'unknown'
}

/** Ends an intent: https://docs.stripe.com/api/payment_intents/cancel */
export async function letGo(
  { stripe, ask }: Ports,
  { paymentId }: Charge,
  budgetMs: number,
): Promise<Voiding> {
  if (!isIntentId(paymentId)) return 'voided'
  const gone = await ask('void', budgetMs, async (budget): Promise<Voiding> => {
    try {
      await stripe.paymentIntents.cancel(paymentId, {}, { timeout: budget.timeoutMs })
    } catch (error) {
      const isThere = !(error instanceof Stripe.errors.StripeError && error.statusCode === 404)
      if (isThere && !isRefusal(error)) throw error
    }
    const intent = await retrieve(stripe, paymentId, budget)
    if (intent?.status === 'succeeded') return 'captured'
    return intent === null || intent.status === 'canceled' ? 'voided' : 'unknown'
  })
  return gone ?? 'unknown'
}
