import type { OperationId } from '@holdfast/contract/operations'
import { seatPrice } from '../../support/selling.ts'
import type { Asked, Route } from '../routes.ts'
import { type Stage, stagePassword } from '../stage.ts'
import type { Known } from './schemas.ts'

/** What means something under a name in any body: ids of what is there, and what goes together. */
const common = ({ ids, email }: Stage): Known => ({
  ...{
    app: ids.shopId,
    event: ids.twinId,
    seats: 'S-6',
    id: 'S-6',
    email,
    currency: 'EUR',
    metadata: { note: 'aisle' },
  },
  ...{
    onSaleAt: '2026-01-16T14:00:00Z',
    offSaleAt: '2027-01-16T14:00:00Z',
    startsAt: '2027-01-16T14:00:00Z',
  },
  ...{ holdTtlMs: 60_000, holdLifetimeMs: 600_000, seatsHeldPerOwner: 100, holdsPerMinute: 1_000 },
  ...{ allowedOrigins: 'https://shop.example', allowedDomains: 'shop.example', active: true },
  ...{ paymentProvider: 'simulated', paymentAccount: 'default', phone: '+49 30 1234567', refund: 'full' },
})

/** What differs from that in one operation. */
const own: Partial<Record<OperationId, Known>> = {
  putPlan: { accessible: 'A-1' },
  previewCancellation: { seats: 'S-2' },
  cancelBooking: { seats: 'S-2' },
  // There is nobody here who asks for one.
  createGuest: { challenge: undefined },
  orderPayment: { amount: seatPrice },
}

export const knownTo = ({ name }: Route, stage: Stage): Known => ({
  ...common(stage),
  ...own[name as OperationId],
})

/** What a provider tells of a payment that nobody here knows. */
const told = {
  event: 'payment.captured',
  created_at: 1_763_895_600,
  payload: {
    payment: {
      entity: {
        ...{ id: 'pay_unknown', order_id: 'order_unknown', status: 'captured', method: 'card' },
        ...{ amount: 4_500, currency: 'EUR', created_at: 1_763_895_600, captured: true, amount_refunded: 0 },
        notes: { hold: 'hold_1' },
      },
    },
    order: { entity: { id: 'order_unknown', receipt: 'order_hf_1', amount: 4_500, status: 'paid' } },
    refund: { entity: { id: 'rfnd_unknown', payment_id: 'pay_unknown', amount: 4_500, receipt: 'rf_1' } },
  },
}

/** What a body may have beside what its route is asked elsewhere, where no schema tells. */
const more: Readonly<Record<string, object>> = {
  hearProvider: told,
  'POST /webhook/razorpay': told,
  'POST /auth/signup': { phone: '+49 30 1234567' },
  'POST /create-order': { currency: 'EUR' },
  'POST /confirm-booking': { orderId: 'order_1', signature: 'x', razorpay_payment_id: 'pay_1' },
  'POST /admin/apps': { metadata: { note: 'x' }, use: 'page' },
  'PATCH /admin/apps/{appId}': { metadata: { note: 'x' }, allowedDomains: ['bus.example'], isActive: true },
  'PUT /admin/apps/{appId}': { metadata: { note: 'x' }, allowedDomains: ['bus.example'], isActive: true },
  'POST /admin/apps/{appId}/rotate-key': { newApiKey: 'k'.repeat(40), use: 'server' },
  'POST /admin/sync-seats': {
    ...{ currency: 'EUR', domain: 'EVENT' },
    seats: [{ seatNumber: 'Z1', price: 250, status: 'AVAILABLE', metadata: { row: 'A', note: { x: 1 } } }],
  },
  'POST /api/auth/verify-register': { password: stagePassword },
  'POST /api/release': { userId: 7 },
}

/** A body with all that is read of it. */
export const withMore = ({ name }: Route, { body }: Asked): unknown =>
  body instanceof Object && more[name] ? { ...body, ...more[name] } : body
