import {
  AdminPaymentsQuery,
  EventId,
  GrantId,
  Nothing,
  OrderCommand,
  PaymentId,
  Problem,
  RefundId,
  RetryRequest,
  SettleRefundRequest,
  WebhookCommand,
} from '@holdfast/contract'
import { Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { appOf, assertAdmin, bodyOf, idOf, parse, principalOf, secretAppOf } from '../http/requests.ts'
import { hearProvider } from './hear-provider.ts'
import { retryPayment, settleByHand } from './mend-payments.ts'
import { orderPayment } from './order-payment.ts'
import { adminPayment, adminRefund, refundView } from './payment-views.ts'
import { listPayments, readPayment, viewOf } from './read-payments.ts'

/** Orders. Mounted below an event. */
export function orderRoutes(core: Core) {
  return new Hono<CoreEnv>().post('/:event/holds/:hold/order', async (c) => {
    const { id: appId, kind } = appOf(c)
    const eventId = idOf(EventId, c.req.param('event'))
    const grantId = idOf(GrantId, c.req.param('hold'))
    const call = { appId, kind, eventId, grantId, owner: principalOf(c), command: bodyOf(c, OrderCommand) }
    return c.json(await orderPayment(core, call), 201)
  })
}

/** What became of payments, for buyers and apps. */
export function paymentRoutes(core: Core) {
  return new Hono<CoreEnv>()
    .get('/v1/payments/:payment', async (c) => {
      const { id, kind } = appOf(c)
      const owner = c.get('claims').principal ?? null
      if (owner === null && kind !== 'secret') throw new Problem('invalid_token')
      const paymentId = idOf(PaymentId, c.req.param('payment'))
      return c.json(await readPayment(core, { appId: id, owner }, paymentId), 200)
    })
    .post('/v1/refunds/:refund/settle', async (c) => {
      const appId = secretAppOf(c)
      bodyOf(c, Nothing)
      const refundId = idOf(RefundId, c.req.param('refund'))
      return c.json(refundView(await settleByHand(core, { appId, refundId }, ['OWED'])), 200)
    })
    .post('/internal/webhooks', async (c) => {
      const afterwards = await hearProvider(core, bodyOf(c, WebhookCommand))
      afterwards().catch(() => core.log({ level: 'warn', event: 'payment_left_to_repair' }))
      return c.json({ received: true }, 200)
    })
}

/** Payments of all apps, for the admin. */
export function paymentAdminRoutes(core: Core) {
  return new Hono<CoreEnv>()
    .get('/payments', async (c) => {
      assertAdmin(c)
      return c.json(await listPayments(core, parse(AdminPaymentsQuery, c.req.query())), 200)
    })
    .post('/payments/retry', async (c) => {
      assertAdmin(c)
      const { app: appId, payment: paymentId, provider, account } = bodyOf(c, RetryRequest)
      const payment = await retryPayment(core, { appId, provider, account, paymentId })
      return c.json(adminPayment(core.findProvider, payment, await viewOf(core, payment)), 200)
    })
    .post('/refunds/:refund/settle', async (c) => {
      assertAdmin(c)
      const { app: appId } = bodyOf(c, SettleRefundRequest)
      const refundId = idOf(RefundId, c.req.param('refund'))
      const refund = await settleByHand(core, { appId, refundId }, ['OWED', 'FAILED', 'PENDING'])
      return c.json(adminRefund(core.findProvider, refund), 200)
    })
}
