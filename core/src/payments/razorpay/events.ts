import type { Platform } from '@holdfast/contract'
import * as z from 'zod'
import type { EventReading, ProviderEvent } from '../provider.ts'
import { Order, Payment, Refund, refundingOf, stateOf } from './entities.ts'
import { hexOf, isSigned } from './signatures.ts'

/** https://razorpay.com/docs/webhooks/payloads */
const Envelope = z.object({
  event: z.string(),
  payload: z.object({
    payment: z.object({ entity: Payment }).optional(),
    order: z.object({ entity: Order }).optional(),
    refund: z.object({ entity: Refund }).optional(),
  }),
})
type Payload = z.infer<typeof Envelope>['payload']
type Fact = Pick<ProviderEvent, 'paymentId' | 'fact'>
type Header = (name: string) => string | undefined

/**
 * Reads a webhook of Razorpay that one of the account's secrets signed. The same body is the same event: Razorpay's own id
 * of it is a header that nobody signed, under which anybody can send a delivery again as a new one.
 */
export async function readRazorpayEvent(
  platform: Pick<Platform, 'hmacSha256' | 'sha256'>,
  secrets: readonly string[],
  raw: Uint8Array,
  header: Header,
): Promise<EventReading> {
  const signature = header('x-razorpay-signature') ?? ''
  const verdicts = await Promise.all(secrets.map((secret) => isSigned(platform, secret, raw, signature)))
  if (!verdicts.includes(true)) return { word: 'bad_signature' }
  const { data: envelope } = Envelope.safeParse(parsed(raw))
  const told = envelope && factOf(envelope.event, envelope.payload)
  if (!told) return { word: 'ignored' }
  const eventId = `body_${hexOf(await platform.sha256(raw))}`
  return { word: 'event', event: { eventId, ...told } }
}

function parsed(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(raw))
  } catch {
    return null
  }
}

function factOf(event: string, payload: Payload): Fact | null {
  switch (event) {
    case 'payment.authorized':
    case 'payment.captured':
    case 'payment.failed':
    case 'order.paid':
      return paymentFact(payload)
    case 'refund.processed':
    case 'refund.failed':
      return refundFact(payload)
    default:
      return null
  }
}

/** A payment does not tell our reference; only an order does. */
function paymentFact({ payment, order }: Payload): Fact | null {
  if (!payment?.entity.order_id) return null
  const { order_id: paymentId, amount, currency } = payment.entity
  const reference = order?.entity.receipt ?? null
  const seen = { word: 'seen', state: stateOf(payment.entity), amount, currency, reference } as const
  return { paymentId, fact: { kind: 'payment', seen } }
}

/** What was never taken and is given back was let go: no refund of ours. */
function refundFact(payload: Payload): Fact | null {
  const { payment, refund } = payload
  if (!refund || !payment?.entity.order_id) return null
  if (!payment.entity.captured) return paymentFact({ payment })
  const { id: providerRefund, amount, currency, receipt } = refund.entity
  const came = refundingOf(refund.entity)
  if (came !== 'done' && came !== 'refused') return null
  const state = came === 'done' ? 'done' : 'failed'
  const reference = receipt ?? null
  return {
    paymentId: payment.entity.order_id,
    fact: { kind: 'refund', reference, providerRefund, amount, currency, state },
  }
}
