import { CancelPreview, CancelReply, CancelRequest } from '../cancellations.ts'
import { BookingPath, HoldPath, Nothing, PaymentPath, RefundPath, WebhookPath } from '../paths.ts'
import {
  AdminPayment,
  AdminPaymentPage,
  AdminPaymentsQuery,
  AdminRefund,
  OrderRequest,
  OrderView,
  PaymentView,
  RefundView,
  RetryRequest,
  SettleRefundRequest,
  WebhookReply,
} from '../payments.ts'
import { exampleBooking } from './bookings.ts'
import { json, type Operation } from './operation.ts'

const hold = 'hold_2sKd7QpXw9LrT4vYzB1nMc.1.7'
const orderId = 'order_hf_5XhQ2mVnB8cJd3KfRt7WyZ'

const refund = {
  id: 'rf_7mNq2VbX9cLd4KsRw8TyZh',
  amount: 9_250,
  currency: 'EUR',
  status: 'done',
  reason: 'cancelled',
  booking: exampleBooking.id,
  payment: 'pay_example_1',
  createdAt: '2026-11-23T12:02:00.000Z',
} as const

const payment = {
  id: 'pay_example_1',
  provider: 'simulated',
  event: 'theatre',
  hold,
  status: 'captured',
  amount: 19_000,
  currency: 'EUR',
  booking: exampleBooking.id,
  refunds: [],
  createdAt: '2026-11-23T12:01:00.000Z',
} as const

const work = {
  app: 'app_4HkT9wQzX2nVb6RyLc8MjD',
  account: 'default',
  attempts: 0,
  dueAt: null,
  nextStep: null,
} as const

const preview = {
  booking: exampleBooking.id,
  seats: [{ id: 'A-13', price: 9_500 }],
  refund: 9_250,
  retained: 250,
  currency: 'EUR',
  charges: [
    { name: 'Booking fee', kind: 'fee', amount: 0 },
    { name: 'VAT', kind: 'tax', amount: 1_477 },
  ],
} as const

/** What a hold costs, and what becomes of the money. */
export const paymentOperations = {
  orderPayment: {
    method: 'POST',
    path: '/v1/events/{eventId}/holds/{holdId}/order',
    tag: 'Payments',
    summary: 'Order the payment of a hold at the provider of the app',
    notes:
      'What the page needs to open the form of the provider. The sum is that of the held seats; another `amount` is refused. The same hold gets the same order.',
    caller: 'buyer',
    repeat: 'always',
    params: HoldPath,
    body: OrderRequest,
    answers: { 201: json(OrderView) },
    problems: [
      'order_not_possible',
      'hold_expired',
      'hold_lost',
      'hold_released',
      'hold_confirmed',
      'buyer_limit',
      'event_not_ready',
    ],
    example: {
      params: { eventId: 'theatre', holdId: hold },
      body: {},
      status: 201,
      answer: {
        id: orderId,
        hold,
        provider: 'simulated',
        amount: 19_000,
        currency: 'EUR',
        keyId: 'simulated',
        expiresAt: '2026-11-23T12:10:00.000Z',
      },
    },
  },
  readPayment: {
    method: 'GET',
    path: '/v1/payments/{paymentId}',
    tag: 'Payments',
    summary: 'Read what became of a payment',
    notes: 'With or without a booking: what paid for nothing has its refund here.',
    caller: 'reader',
    repeat: 'always',
    params: PaymentPath,
    answers: { 200: json(PaymentView) },
    problems: [],
    example: { params: { paymentId: payment.id }, status: 200, answer: payment },
  },
  hearProvider: {
    method: 'POST',
    path: '/v1/payments/{provider}/{account}/webhook',
    tag: 'Payments',
    summary: 'Hear what happened at an account of a payment provider',
    notes:
      'For the provider: the bytes must carry its signature. The account is one of the configuration of core; repeats and any order of deliveries do no harm.',
    caller: 'provider',
    repeat: 'always',
    params: WebhookPath,
    answers: { 200: json(WebhookReply) },
    problems: ['invalid_signature', 'rate_limited'],
    example: {
      params: { provider: 'razorpay', account: 'default' },
      status: 200,
      answer: { received: true },
    },
  },
  previewCancellation: {
    method: 'POST',
    path: '/v1/bookings/{bookingId}/cancel/preview',
    tag: 'Bookings',
    summary: 'Say what a cancellation would give back now',
    caller: 'reader',
    repeat: 'always',
    params: BookingPath,
    body: CancelRequest,
    answers: { 200: json(CancelPreview) },
    problems: ['unknown_seat', 'cannot_cancel'],
    example: {
      params: { bookingId: exampleBooking.id },
      body: { seats: ['A-13'] },
      status: 200,
      answer: preview,
    },
  },
  cancelBooking: {
    method: 'POST',
    path: '/v1/bookings/{bookingId}/cancel',
    tag: 'Bookings',
    summary: 'Cancel a booking, or some of its seats',
    notes:
      'By its buyer within the terms that were sold with it; by the server of the app at any time, with `refund` if it is not to be everything. The seats go back on sale; the money goes back the way it came.',
    caller: 'reader',
    repeat: 'by-key',
    params: BookingPath,
    body: CancelRequest,
    answers: { 200: json(CancelReply) },
    sends: ['idempotent-replayed'],
    problems: [
      'unknown_seat',
      'cannot_cancel',
      'payment_pending',
      'in_progress',
      'idempotency_key_reused',
      'outcome_unknown',
    ],
    example: {
      params: { bookingId: exampleBooking.id },
      body: { seats: ['A-13'] },
      status: 200,
      answer: {
        booking: { ...exampleBooking, cancelled: ['A-13'], retained: 9_750 },
        cancellation: {
          ...preview,
          n: 1,
          refundId: refund.id,
          receipt: 'eyJhbGciOiJFZERTQSJ9.eyJib29raW5nIjoiQkstMjAyNjExMjMtN0syTTlRIn0.c2lnbmF0dXJl',
          createdAt: refund.createdAt,
        },
      },
    },
  },
  settleRefund: {
    method: 'POST',
    path: '/v1/refunds/{refundId}/settle',
    tag: 'Payments',
    summary: 'Say that the app has given back what it owed',
    notes: 'Only for apps that take their payments themselves: their refunds are `owed` until they say so.',
    caller: 'server',
    repeat: 'always',
    params: RefundPath,
    body: Nothing,
    answers: { 200: json(RefundView) },
    problems: [],
    example: { params: { refundId: refund.id }, body: {}, status: 200, answer: refund },
  },
  listPayments: {
    method: 'GET',
    path: '/v1/admin/payments',
    tag: 'Admin',
    summary: 'List payments, and the refunds that have not been made, with what to do about each',
    caller: 'admin',
    repeat: 'always',
    query: AdminPaymentsQuery,
    answers: { 200: json(AdminPaymentPage) },
    problems: [],
    example: {
      query: { stuck: 'true', limit: '10' },
      status: 200,
      answer: {
        payments: [],
        refunds: [{ ...refund, ...work, status: 'failed', provider: 'razorpay', nextStep: 'refund_by_hand' }],
      },
    },
  },
  retryPayment: {
    method: 'POST',
    path: '/v1/admin/payments/retry',
    tag: 'Admin',
    summary: 'Look at a payment again now',
    caller: 'admin',
    repeat: 'always',
    body: RetryRequest,
    names: { app: 'app', object: 'payment' },
    answers: { 200: json(AdminPayment) },
    problems: ['not_found'],
    example: {
      body: { app: work.app, provider: 'simulated', account: 'default', payment: payment.id },
      status: 200,
      answer: { ...payment, ...work },
    },
  },
  settleRefundByHand: {
    method: 'POST',
    path: '/v1/admin/refunds/{refundId}/settle',
    tag: 'Admin',
    summary: 'Say that a refund was made by hand',
    caller: 'admin',
    repeat: 'always',
    params: RefundPath,
    body: SettleRefundRequest,
    names: { app: 'app' },
    answers: { 200: json(AdminRefund) },
    problems: [],
    example: {
      params: { refundId: refund.id },
      body: { app: work.app },
      status: 200,
      answer: { ...refund, ...work, provider: 'razorpay' },
    },
  },
} as const satisfies Record<string, Operation>
