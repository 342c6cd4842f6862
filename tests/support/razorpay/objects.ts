import { type Order, type Payment, type Refund, refundedOf } from './book.ts'

/** https://razorpay.com/docs/api/orders/entity */
export function orderObject({ id, amount, currency, receipt, notes, createdAt, payments }: Order) {
  const isPaid = payments.some(({ isCaptured }) => isCaptured)
  const paid = isPaid ? amount : 0
  const status = isPaid ? 'paid' : payments.length > 0 ? 'attempted' : 'created'
  return {
    id,
    entity: 'order',
    amount,
    amount_paid: paid,
    amount_due: amount - paid,
    currency,
    receipt,
    offer_id: null,
    status,
    attempts: payments.length,
    notes,
    created_at: createdAt,
  }
}

/** https://razorpay.com/docs/api/payments/entity */
export function paymentObject(payment: Payment) {
  const { id, order, createdAt, status, isCaptured } = payment
  const refunded = refundedOf(payment)
  const failed = status === 'failed'
  return {
    id,
    entity: 'payment',
    amount: order.amount,
    currency: order.currency,
    status,
    order_id: order.id,
    invoice_id: null,
    international: order.currency !== 'INR',
    method: 'card',
    amount_refunded: refunded,
    refund_status: refunded === 0 ? null : refunded === order.amount ? 'full' : 'partial',
    captured: isCaptured,
    description: null,
    email: 'buyer@example.com',
    contact: '+919900000000',
    notes: order.notes,
    fee: null,
    tax: null,
    error_code: failed ? 'BAD_REQUEST_ERROR' : null,
    error_description: failed ? 'Your payment has been declined by the bank' : null,
    error_source: failed ? 'bank' : null,
    error_step: failed ? 'payment_authorization' : null,
    error_reason: failed ? 'payment_failed' : null,
    created_at: createdAt,
  }
}

/** https://razorpay.com/docs/api/refunds/entity */
export const refundObject = ({ id, payment, amount, receipt, createdAt, status }: Refund) => ({
  id,
  entity: 'refund',
  amount,
  currency: payment.order.currency,
  payment_id: payment.id,
  notes: {},
  receipt,
  acquirer_data: { arn: null },
  created_at: createdAt,
  batch_id: null,
  status,
  speed_processed: 'normal',
  speed_requested: 'normal',
})

/** What Razorpay lists: https://razorpay.com/docs/api/orders/fetch-all */
export const collection = (items: readonly object[]) => ({ entity: 'collection', count: items.length, items })
