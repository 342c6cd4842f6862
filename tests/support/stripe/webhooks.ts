import { createHmac } from 'node:crypto'
import { type Delivery, letters } from '../provider-fake.ts'

/** https://docs.stripe.com/webhooks/signatures: one `v1` for each secret that is good while they rotate. */
export function signatureOf(body: Uint8Array, secrets: readonly string[], atMs: number): string {
  const at = Math.floor(atMs / 1000)
  const signed = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')}`,
  )
  return [`t=${at}`, ...signed].join(',')
}

/** https://docs.stripe.com/api/events/object; the object is told as it is now. */
export function deliveryOf(
  type: string,
  object: object,
  { secrets, nowMs }: { readonly secrets: readonly string[]; readonly nowMs: () => number },
): Delivery {
  const event = {
    id: `evt_${letters(24)}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: Math.floor(nowMs() / 1000),
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  }
  const body = new TextEncoder().encode(JSON.stringify(event))
  return {
    event: type,
    body,
    get headers() {
      return { 'stripe-signature': signatureOf(body, secrets, nowMs()) }
    },
  }
}
