import { createHmac } from 'node:crypto'
import { type Delivery, letters } from '../provider-fake.ts'
import type { Payment, Refund } from './book.ts'
import { orderObject, paymentObject, refundObject } from './objects.ts'

/** Hexadecimal HMAC-SHA256: https://razorpay.com/docs/webhooks/validate-test, and of a checkout's answer. */
export const signatureOf = (message: Uint8Array | string, secret: string): string =>
  createHmac('sha256', secret).update(message).digest('hex')

/** https://razorpay.com/docs/webhooks/payloads; the entities are told as they are now. */
export function deliveryOf(
  event: string,
  { payment, refund }: { readonly payment: Payment; readonly refund: Refund | undefined },
  {
    secret,
    account,
    nowMs,
  }: { readonly secret: string; readonly account: string; readonly nowMs: () => number },
): Delivery {
  const payload = {
    ...(refund && { refund: { entity: refundObject(refund) } }),
    payment: { entity: paymentObject(payment) },
    ...(event === 'order.paid' && { order: { entity: orderObject(payment.order) } }),
  }
  const created_at = Math.floor(nowMs() / 1000)
  const envelope = {
    entity: 'event',
    account_id: account,
    event,
    contains: Object.keys(payload),
    payload,
    created_at,
  }
  const body = new TextEncoder().encode(JSON.stringify(envelope))
  const headers = { 'x-razorpay-signature': signatureOf(body, secret), 'x-razorpay-event-id': letters(14) }
  return { event, body, headers }
}
