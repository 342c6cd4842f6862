import { type GrantDecision, headers } from '@holdfast/contract'
import type { PinReply, ReadReply } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import { sealedCache } from './sealed-cache.ts'
import { createTestEdge, json, problemIn } from './testing.ts'
import {
  booking,
  holdId,
  holdOf,
  publishableKey,
  secretKey,
  settings,
  theatre,
  verdicts,
} from './testing-data.ts'
import { newArea, newCode, newRefusal, newTitle, refusedStatuses, retryAfterOf } from './testing-versions.ts'

const holdUrl = `/v1/events/theatre/holds/${holdId}`
const bookingUrl = `/v1/bookings/${booking.id}`
const order = {
  ...{ id: 'pi_1', hold: holdId, provider: 'simulated', amount: 9_000, currency: 'EUR' },
  expiresAt: '2026-11-23T12:02:00.000Z',
}

/** An edge whose Redis has a live hold, or what a test puts in its place. */
function edgeWith(read?: ReadReply) {
  const edge = createTestEdge()
  const nowMs = edge.platform.now()
  const hold = holdOf(edge.platform)
  const pinned: PinReply = { word: 'pinned', hold, nowMs }
  edge.inventory.pin = async () => pinned
  edge.inventory.read = async () => read ?? { word: 'hold', hold, nowMs }
  return edge
}

type Edge = ReturnType<typeof edgeWith>

/** Routes on which core's refusal becomes the client's, and what core is asked for each. */
const asked: [string, string, (edge: Edge) => Promise<Response>, ReadReply?][] = [
  ['a passing-on route', `GET ${bookingUrl}`, (edge) => edge.call('GET', bookingUrl)],
  ['the status of a hold', `GET ${holdUrl}`, (edge) => edge.call('GET', holdUrl), { word: 'lost', nowMs: 0 }],
  ['an order', `POST ${holdUrl}/order`, (edge) => edge.call('POST', `${holdUrl}/order`, { body: {} })],
  ['a cancellation', `POST ${bookingUrl}/cancel`, (edge) => edge.call('POST', `${bookingUrl}/cancel`)],
  ['a chart', 'GET /v1/events/other', (edge) => edge.call('GET', '/v1/events/other')],
]

describe.each(asked)('a code of another version, on %s,', (_, route, call, read) => {
  test.each(refusedStatuses)('is passed on with its %i', async (status, retryAfter) => {
    const edge = edgeWith(read)
    edge.core.answers.set(route, () => newRefusal(status, retryAfterOf(retryAfter)))
    const response = await call(edge)
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, retryAfter])
    const problem = await problemIn(response)
    expect(problem).toMatchObject({ code: newCode, status, title: newTitle, seats: ['A-1'] })
    expect(problem.requestId).toBe(response.headers.get(headers.requestId))
    expect(problem, 'what is for a newer edge').not.toHaveProperty('tide')
    expect(edge.logs.at(-1)).toMatchObject({ status, code: newCode })
    expect(edge.core.count(route)).toBe(1)
  })
})

describe('a confirm that is refused with a code of another version', () => {
  test.each(refusedStatuses)(
    'is passed on with its %i, byte for byte, and is no 202',
    async (status, retryAfter) => {
      const edge = edgeWith()
      const more = { ...retryAfterOf(retryAfter), 'idempotent-replayed': 'true' }
      edge.core.answers.set(`POST ${holdUrl}/confirm`, () => newRefusal(status, more))
      const response = await edge.call('POST', `${holdUrl}/confirm`)
      expect([response.status, response.headers.get('retry-after')]).toEqual([status, retryAfter])
      expect(response.headers.get('idempotent-replayed')).toBe('true')
      expect(response.headers.get('location')).toBeNull()
      expect(await response.text()).toBe(await newRefusal(status).text())
      expect(edge.logs.at(-1)).toMatchObject({ status, code: newCode })
    },
  )

  test('and a 202 is not decided, so its status is told where the hold is', async () => {
    const edge = edgeWith()
    edge.core.answers.set(`POST ${holdUrl}/confirm`, () => newRefusal(202))
    const response = await edge.call('POST', `${holdUrl}/confirm`)
    expect([response.status, response.headers.get('location')]).toEqual([202, holdUrl])
  })
})

test('F25: the status of a hold under way is what Redis says while core refuses with a code of another version', async () => {
  const { platform } = createTestEdge()
  const nowMs = platform.now()
  const edge = edgeWith({ word: 'hold', hold: holdOf(platform, { status: 'confirming' }), nowMs })
  for (const [status] of refusedStatuses) {
    edge.core.answers.set(`GET ${holdUrl}`, () => newRefusal(status))
    const response = await edge.call('GET', holdUrl)
    expect([response.status, await response.json()]).toEqual([
      200,
      expect.objectContaining({ status: 'confirming' }),
    ])
  }
})

test('an event that is not there by a code of another version is kept as missing for a moment', async () => {
  const edge = edgeWith()
  edge.core.answers.set('GET /v1/events/other', () => newRefusal(404))
  expect((await edge.call('GET', '/v1/events/other')).status).toBe(404)
  expect((await edge.call('GET', '/v1/events/other')).status).toBe(404)
  expect(edge.core.count('GET /v1/events/other')).toBe(1)
})

describe('a success with a status of another version', () => {
  test.each([202, 203, 206])('that can be read is passed on with its %i', async (status) => {
    const edge = edgeWith()
    edge.core.answers.set(`GET ${bookingUrl}`, () => json({ ...booking, news: 1 }, status))
    const response = await edge.call('GET', bookingUrl)
    expect([response.status, await response.json()]).toEqual([status, { ...booking, news: 1 }])
    edge.core.answers.set(`POST ${holdUrl}/order`, () => json(order, status))
    expect((await edge.call('POST', `${holdUrl}/order`, { body: {} })).status).toBe(status)
  })

  test('of a confirm is a booking, and a 202 of one is not decided', async () => {
    const edge = edgeWith()
    for (const status of [200, 203]) {
      edge.core.answers.set(`POST ${holdUrl}/confirm`, () => json(booking, status))
      const response = await edge.call('POST', `${holdUrl}/confirm`)
      expect([response.status, await response.json()]).toEqual([status, booking])
    }
    edge.core.answers.set(`POST ${holdUrl}/confirm`, () => json({ ...booking, status: 'queued' }, 202))
    const response = await edge.call('POST', `${holdUrl}/confirm`)
    expect([response.status, response.headers.get('location')]).toEqual([202, holdUrl])
    expect(await problemIn(response)).toMatchObject({ code: 'outcome_unknown' })
  })

  test('that was only accepted, and cannot be read, is an outcome that nobody knows', async () => {
    const edge = edgeWith()
    edge.core.answers.set('PUT /v1/events/theatre/seats', () => json({ job: 'j1' }, 202))
    const body = { seats: [{ id: 'A-1', price: 1 }] }
    const response = await edge.call('PUT', '/v1/events/theatre/seats', { key: secretKey, token: null, body })
    expect([response.status, (await problemIn(response)).code]).toEqual([202, 'outcome_unknown'])
  })

  test('without a body is a 204', async () => {
    const edge = edgeWith()
    edge.core.answers.set('DELETE /v1/webhooks/w1', () => new Response(null, { status: 204 }))
    const remove = () => edge.call('DELETE', '/v1/webhooks/w1', { key: secretKey, token: null })
    expect([(await remove()).status, (await remove()).headers.get('content-type')]).toEqual([204, null])
    edge.core.answers.set('DELETE /v1/webhooks/w1', () => json({ ok: true }))
    expect((await remove()).status, 'of something in between').toBe(503)
  })
})

describe('what something in between says', () => {
  const problem = { status: 409, headers: { 'content-type': 'application/problem+json' } }
  const page = { 'content-type': 'text/html; charset=utf-8' }
  const between: [string, () => Response][] = [
    ['a gateway’s page', () => new Response('<html>', { status: 502, headers: page })],
    ['a page that looks well', () => new Response('<html>', { status: 203, headers: page })],
    ['a gateway’s own problem', () => Response.json({ title: 'Conflict', status: 409 }, problem)],
    ['another service’s problem', () => Response.json({ type: 'about:blank', code: newCode }, problem)],
  ]
  test.each(between)('%s is silence: a confirm is 202, a read 503', async (_, answer) => {
    const edge = edgeWith()
    edge.core.answers.set(`POST ${holdUrl}/confirm`, answer)
    edge.core.answers.set(`GET ${bookingUrl}`, answer)
    expect((await edge.call('POST', `${holdUrl}/confirm`)).status).toBe(202)
    expect((await edge.call('GET', bookingUrl)).status).toBe(503)
  })
})

describe('an answer with what only a newer edge knows', () => {
  test('as the word on a key lets its app in: a new limit is nothing here, a new bot mode is to look on', async () => {
    const edge = edgeWith()
    const known = verdicts.get(publishableKey)
    const verdict = { ...known, botMode: 'puzzle', rateLimits: { ...known?.rateLimits, perHour: 1 }, news: 1 }
    edge.core.answers.set('POST /internal/keys/verify', () => json({ verdict, deniedUsers: [], news: 1 }))
    expect(
      (await edge.call('GET', '/v1/events/theatre', { headers: { 'user-agent': 'curl/8' } })).status,
    ).toBe(200)
    expect(edge.logs.at(-1)).toMatchObject({ bot: { detected: true } })
    const [[name = ''] = []] = edge.cache.entries
    const shared = await sealedCache(edge.cache, settings.holdKeySecret, edge.platform).get(name)
    expect(JSON.parse(shared ?? ''), 'for the edge that knows it').toMatchObject({ verdict, news: 1 })
  })

  test('as the word on a key of a new kind gives it no rights: another edge may be asked', async () => {
    const edge = edgeWith()
    const verdict = { ...verdicts.get(publishableKey), kind: 'kiosk' }
    edge.core.answers.set('POST /internal/keys/verify', () => json({ verdict, deniedUsers: [] }))
    const response = await edge.call('GET', '/v1/events/theatre')
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    expect(edge.core.count('GET /v1/events/theatre')).toBe(0)
  })

  test('as a chart is passed on as it is, and its seats are found', async () => {
    const edge = edgeWith()
    const chart = { ...theatre.chart, zones: [], areas: [newArea] }
    const event = { ...theatre, chart, domain: 'FERRY', sale: 'paused', maxPerBuyer: 4 }
    edge.core.answers.set('GET /v1/events/theatre', () => json(event))
    expect(await (await edge.call('GET', '/v1/events/theatre')).json()).toEqual(event)
    edge.inventory.snapshot = async () => ({ word: 'snapshot', epoch: 1, ver: 1, map: 'FHFF', nowMs: 0 })
    const seats = await edge.call('GET', '/v1/events/theatre/seats')
    expect(await seats.json()).toMatchObject({ seats: [{ id: 'A-2', status: 'held' }] })
  })

  test('as a booking is a booking', async () => {
    const edge = edgeWith()
    const payment = { ...booking.payment, status: 'AUTHORISED' }
    const text = JSON.stringify({ ...booking, payment, lines: [{ kind: 'table' }] })
    const answer = () => new Response(text, { status: 201, headers: { 'content-type': 'application/json' } })
    edge.core.answers.set(`POST ${holdUrl}/confirm`, answer)
    const response = await edge.call('POST', `${holdUrl}/confirm`)
    expect([response.status, await response.text()]).toEqual([201, text])
  })

  test('as an order is passed on as it is', async () => {
    const edge = edgeWith()
    edge.core.answers.set(`POST ${holdUrl}/order`, () =>
      json({ ...order, provider: 'other', form: 'f' }, 201),
    )
    const response = await edge.call('POST', `${holdUrl}/order`, { body: {} })
    expect(await response.json()).toEqual({ ...order, provider: 'other', form: 'f' })
  })

  const lost: ReadReply = { word: 'lost', nowMs: 0 }
  test('as a decision is that decision, and one in a new word is not guessed at', async () => {
    const edge = edgeWith(lost)
    const decision: GrantDecision = { decision: 'expired' }
    edge.core.answers.set(`GET ${holdUrl}`, () => json({ ...decision, because: 'time' }))
    expect(await (await edge.call('GET', holdUrl)).json()).toMatchObject({ status: 'expired' })
    edge.core.answers.set(`GET ${holdUrl}`, () => json({ decision: 'moved' }))
    const response = await edge.call('GET', holdUrl)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
  })

  test('as the published keys tells those of kinds that are known, and nothing private', async () => {
    const edge = edgeWith()
    const key = { kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'k', alg: 'EdDSA', use: 'sig' }
    const keys = [
      { kty: 'AKP', alg: 'ML-DSA-65', pub: 'p', priv: 'private' },
      { ...key, d: 'private' },
    ]
    edge.core.answers.set('GET /.well-known/jwks.json', () => json({ keys }))
    const response = await edge.app.request('/.well-known/jwks.json')
    expect(await response.json()).toEqual({ keys: [key] })
  })
})
