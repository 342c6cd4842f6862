import { Hono, type MiddlewareHandler } from 'hono'
import { letters } from '../provider-fake.ts'
import type { FakeContext, FakeEnv } from '../provider-server.ts'
import type { Book } from './book.ts'
import { Refusal } from './errors.ts'
import { intentObject, refundObject } from './objects.ts'
import { assertAmount, Cancel, Capture, Create, List, parseForm, Refund, Retrieve } from './params.ts'

/** Keys may be forgotten after a day: https://docs.stripe.com/api/idempotent_requests */
const keptMs = 86_400_000

interface Saved {
  readonly asked: string
  readonly atMs: number
  status: number | null
  body: string
}

const failed = { error: { type: 'api_error', message: 'Something went wrong on our end.' } }

/** Keys are bearer tokens: https://docs.stripe.com/api/authentication */
const onlyWith =
  (secretKey: string): MiddlewareHandler<FakeEnv> =>
  async (c, next) => {
    if (c.req.header('authorization') === `Bearer ${secretKey}`) return next()
    return c.json({ error: { type: 'invalid_request_error', message: 'Invalid API Key provided.' } }, 401)
  }

/**
 * https://docs.stripe.com/api/idempotent_requests: what came first with a key is answered again, a 500 too, once it was
 * begun; other parameters are an error, and so is a second one while the first is running.
 */
function rememberKeys(nowMs: () => number): MiddlewareHandler<FakeEnv> {
  const kept = new Map<string, Saved>()
  return async (c, next) => {
    const key = c.req.header('idempotency-key')
    if (!key || c.req.method !== 'POST') return next()
    const asked = `${c.req.path} ${await c.req.text()}`
    const last = kept.get(key)
    const known = last && nowMs() - last.atMs < keptMs ? last : undefined
    if (known && known.asked !== asked) {
      const message =
        'Keys for idempotent requests can only be used with the same parameters they were first used with.'
      return c.json({ error: { type: 'idempotency_error', message } }, 400)
    }
    if (known?.status === null) {
      const error = {
        type: 'idempotency_error',
        code: 'idempotency_key_in_use',
        message: 'There is another one.',
      }
      return c.json({ error }, 409)
    }
    if (known) {
      const headers = { 'content-type': 'application/json', 'idempotent-replayed': 'true' }
      return new Response(known.body, { status: known.status ?? 500, headers })
    }
    const saved: Saved = { asked, atMs: nowMs(), status: null, body: '' }
    kept.set(key, saved)
    await next()
    if (c.res.headers.has('x-not-begun')) kept.delete(key)
    else Object.assign(saved, { status: c.res.status, body: await c.res.clone().text() })
    return undefined
  }
}

const form = async (c: FakeContext) => new URLSearchParams(await c.req.text())
const query = (c: FakeContext) => new URL(c.req.url).searchParams

/** What Stripe answers to what our adapter asks. */
export function stripeRoutes(book: Book, secretKey: string, nowMs: () => number) {
  return new Hono<FakeEnv>()
    .use(onlyWith(secretKey))
    .use(rememberKeys(nowMs))
    .use(async (c, next) => (c.get('breaks') ? c.json(failed, 500) : next()))
    .use(async (c, next) => {
      await next()
      c.header('request-id', `req_${letters(14)}`)
    })
    .onError((error, c) => {
      if (!(error instanceof Refusal)) throw error
      if (error.isInvalid) c.header('x-not-begun', '1')
      return c.json(error.body, error.status)
    })
    .post('/v1/payment_intents', async (c) => {
      const { amount, currency, metadata } = parseForm(Create, await form(c))
      assertAmount(amount, currency)
      return c.json(intentObject(book.create(amount, currency, metadata)), 200)
    })
    .get('/v1/payment_intents/:id', (c) => {
      const { expand } = parseForm(Retrieve, query(c))
      return c.json(intentObject(book.find(c.req.param('id')), expand !== undefined), 200)
    })
    .post('/v1/payment_intents/:id/capture', async (c) => {
      const { amount_to_capture: amount, metadata } = parseForm(Capture, await form(c))
      return c.json(intentObject(book.capture(c.req.param('id'), amount, metadata)), 200)
    })
    .post('/v1/payment_intents/:id/cancel', async (c) => {
      parseForm(Cancel, await form(c))
      return c.json(intentObject(book.cancel(c.req.param('id'))), 200)
    })
    .post('/v1/refunds', async (c) => {
      const { payment_intent: id, amount, metadata } = parseForm(Refund, await form(c))
      return c.json(refundObject(book.refund(id, amount, metadata)), 200)
    })
    .get('/v1/refunds', (c) => {
      const { payment_intent: id, limit } = parseForm(List, query(c))
      const { refunds } = book.find(id)
      const data = refunds.slice(0, limit).map(refundObject)
      return c.json({ object: 'list', url: '/v1/refunds', has_more: refunds.length > limit, data }, 200)
    })
}
