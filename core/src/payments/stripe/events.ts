import { PaymentId, type Platform } from '@holdfast/contract'
import Stripe from 'stripe'
import * as z from 'zod'
import type { EventReading, ProviderEvent } from '../provider.ts'
import { fromStripe } from './amounts.ts'
import { Intent, isIntentId, seenOf } from './intents.ts'
import { Refund, refundingOf } from './refunds.ts'

/** How old a delivery may be: what Stripe recommends, https://docs.stripe.com/webhooks#verify-official-libraries */
const toleranceSeconds = 300

const Envelope = z.object({
  id: z.string().min(1),
  type: z.string(),
  data: z.object({ object: z.unknown() }),
})
type Fact = Pick<ProviderEvent, 'paymentId' | 'fact'>

/** What happened to a payment; https://docs.stripe.com/api/events/types */
const ofPayment = new Set(
  ['amount_capturable_updated', 'succeeded', 'payment_failed', 'canceled', 'processing'].map(
    (what) => `payment_intent.${what}`,
  ),
)
/** `charge.refunded` tells no more than these do, and not which refund. */
const ofRefund = new Set(['refund.created', 'refund.updated', 'refund.failed'])

/** Reads a webhook of Stripe that one of the account's secrets signed. */
export async function readStripeEvent(
  { now }: Pick<Platform, 'now'>,
  secrets: readonly string[],
  raw: Uint8Array,
  signature: string | undefined,
): Promise<EventReading> {
  const event = await verified(raw, signature ?? '', secrets, now())
  if (event === null) return { word: 'bad_signature' }
  const { data: envelope } = Envelope.safeParse(event)
  const told = envelope && factOf(envelope.type, envelope.data.object)
  return told ? { word: 'event', event: { eventId: envelope.id, ...told } } : { word: 'ignored' }
}

/** The signed event; null: no secret signed it, or too long ago. */
async function verified(
  raw: Uint8Array,
  signature: string,
  secrets: readonly string[],
  nowMs: number,
): Promise<unknown> {
  for (const secret of secrets) {
    try {
      return await Stripe.webhooks.constructEventAsync(
        raw,
        signature,
        secret,
        toleranceSeconds,
        undefined,
        nowMs,
      )
    } catch (error) {
      // What was rightly signed and is no event of ours, e.g. a thin one, is not forged.
      if (!(error instanceof Stripe.errors.StripeSignatureVerificationError)) return {}
    }
  }
  return null
}

function factOf(type: string, object: unknown): Fact | null {
  if (ofPayment.has(type)) {
    const { data: intent } = Intent.safeParse(object)
    return intent ? { paymentId: intent.id, fact: { kind: 'payment', seen: seenOf(intent) } } : null
  }
  return ofRefund.has(type) ? refundFactOf(object) : null
}

function refundFactOf(object: unknown): Fact | null {
  const { data: refund } = Refund.safeParse(object)
  if (!refund?.payment_intent || !isIntentId(refund.payment_intent)) return null
  const came = refundingOf(refund)
  if (came !== 'done' && came !== 'refused') return null
  const { id, currency, metadata } = refund
  return {
    paymentId: PaymentId.parse(refund.payment_intent),
    fact: {
      kind: 'refund',
      reference: metadata.reference ?? null,
      providerRefund: id,
      amount: fromStripe(refund.amount, currency),
      currency,
      state: came === 'done' ? 'done' : 'failed',
    },
  }
}
