import { Hono, type MiddlewareHandler } from 'hono'
import type { FakeContext, FakeEnv } from '../provider-server.ts'
import type { Book } from './book.ts'
import { Refusal } from './errors.ts'
import { collection, orderObject, paymentObject, refundObject } from './objects.ts'
import {
  assertAmount,
  CapturePayment,
  CreateOrder,
  CreateRefund,
  ListOrders,
  ListRefunds,
  Nothing,
  parse,
} from './params.ts'

/** https://razorpay.com/docs/errors: what Razorpay itself could not do. */
const failed = {
  error: {
    code: 'SERVER_ERROR',
    description: 'We are facing some trouble completing your request at the moment.',
  },
}

/** Basic authentication: https://razorpay.com/docs/api/authentication */
const onlyWith =
  (keyId: string, keySecret: string): MiddlewareHandler<FakeEnv> =>
  async (c, next) => {
    if (c.req.header('authorization') === `Basic ${btoa(`${keyId}:${keySecret}`)}`) return next()
    throw new Refusal('Authentication failed', { status: 401, reason: 'NA' })
  }

/**
 * https://razorpay.com/docs/api/refunds/normal-refunds-idempotent: the same key gives the same refund; another payload
 * with it is refused, and so is a second one while the first is running.
 */
function rememberRefunds(): MiddlewareHandler<FakeEnv> {
  const kept = new Map<string, { readonly asked: string; body: string | null }>()
  return async (c, next) => {
    const key = c.req.header('x-refund-idempotency')
    if (key === undefined || c.req.method !== 'POST') return next()
    if (!/^[A-Za-z0-9_-]{10,}$/.test(key)) throw new Refusal('The idempotency key is invalid')
    const asked = `${c.req.path} ${await c.req.text()}`
    const known = kept.get(key)
    if (known && known.asked !== asked) {
      throw new Refusal('Different request with the same idempotency key has already been processed.')
    }
    if (known?.body === null) throw new Refusal('A request with this key is in progress', { status: 409 })
    if (known) return c.body(known.body, 200, { 'content-type': 'application/json' })
    const saved: { asked: string; body: string | null } = { asked, body: null }
    kept.set(key, saved)
    await next()
    if (c.res.status === 200) saved.body = await c.res.clone().text()
    else kept.delete(key)
    return undefined
  }
}

const bodyOf = (c: FakeContext): Promise<unknown> => c.req.json().catch(() => null)

/** What Razorpay answers to what our adapter asks. */
export function razorpayRoutes(book: Book, key: { readonly keyId: string; readonly keySecret: string }) {
  return new Hono<FakeEnv>()
    .use(onlyWith(key.keyId, key.keySecret))
    .use(rememberRefunds())
    .use(async (c, next) => (c.get('breaks') ? c.json(failed, 500) : next()))
    .onError((error, c) => {
      if (!(error instanceof Refusal)) throw error
      return c.json(error.body, error.status)
    })
    .post('/v1/orders', async (c) => {
      const order = parse(CreateOrder, await bodyOf(c))
      assertAmount(order.amount, order.currency)
      return c.json(orderObject(book.create(order)), 200)
    })
    .get('/v1/orders', (c) => {
      const { receipt, count } = parse(ListOrders, c.req.query())
      return c.json(collection(book.withReceipt(receipt).slice(0, count).map(orderObject)), 200)
    })
    .get('/v1/orders/:id', (c) => {
      parse(Nothing, c.req.query())
      return c.json(orderObject(book.findOrder(c.req.param('id'))), 200)
    })
    .get('/v1/orders/:id/payments', (c) => {
      const { payments } = book.findOrder(c.req.param('id'))
      return c.json(collection(payments.map(paymentObject)), 200)
    })
    .get('/v1/payments/:id', (c) => c.json(paymentObject(book.findPayment(c.req.param('id'))), 200))
    .post('/v1/payments/:id/capture', async (c) => {
      const { amount, currency } = parse(CapturePayment, await bodyOf(c))
      return c.json(paymentObject(book.capture(c.req.param('id'), amount, currency)), 200)
    })
    .get('/v1/payments/:id/refunds', (c) => {
      const { count } = parse(ListRefunds, c.req.query())
      const { refunds } = book.findPayment(c.req.param('id'))
      return c.json(collection(refunds.slice(0, count).map(refundObject)), 200)
    })
    .post('/v1/payments/:id/refund', async (c) => {
      const { amount, receipt } = parse(CreateRefund, await bodyOf(c))
      return c.json(refundObject(book.refund(c.req.param('id'), amount, receipt ?? null)), 200)
    })
}
