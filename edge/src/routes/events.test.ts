import { chartIsolateMs, coolDownMsMax, eventMissesPerIsolateMax, seatsPerBlockMax } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { createTestEdge, json, problemIn, refusal } from '../testing.ts'
import { otherKey, secretKey, theatre } from '../testing-data.ts'

const page = { events: [{ ...theatre, chart: undefined }] }
const list = 'GET /v1/events?limit=50'

describe('GET events', () => {
  test('the list and an event come from core, and for a while from here', async () => {
    const edge = createTestEdge()
    edge.core.answers.set(list, () => json(page))
    for (let i = 0; i < 3; i++) {
      expect(await (await edge.call('GET', '/v1/events')).json()).toEqual(JSON.parse(JSON.stringify(page)))
      expect(await (await edge.call('GET', '/v1/events/theatre')).json()).toEqual(theatre)
    }
    expect([edge.core.count(list), edge.core.count('GET /v1/events/theatre')]).toEqual([1, 1])
    edge.platform.advance(chartIsolateMs)
    await edge.call('GET', '/v1/events/theatre')
    expect(edge.core.count('GET /v1/events/theatre')).toBe(2)
  })

  test('M5: events that are not there, asked for by however many names, take nothing from what is kept', async () => {
    const edge = createTestEdge()
    await edge.call('GET', '/v1/events/theatre')
    for (let n = 0; n <= eventMissesPerIsolateMax; n++) {
      const from = { headers: { 'x-test-address': `10.0.${n >> 8}.${n & 255}` } }
      expect((await edge.call('GET', `/v1/events/none-${n}`, from)).status).toBe(404)
    }
    await edge.call('GET', '/v1/events/theatre')
    expect(edge.core.count('GET /v1/events/theatre')).toBe(1)
    // The oldest is forgotten, and only that is asked for again.
    await edge.call('GET', `/v1/events/none-${eventMissesPerIsolateMax}`)
    expect(edge.core.count(`GET /v1/events/none-${eventMissesPerIsolateMax}`)).toBe(1)
    await edge.call('GET', '/v1/events/none-0')
    expect(edge.core.count('GET /v1/events/none-0')).toBe(2)
  })

  test('who has an answer already gets 304', async () => {
    const edge = createTestEdge()
    const first = await edge.call('GET', '/v1/events/theatre')
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]{22}"$/)
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await edge.call('GET', '/v1/events/theatre', { headers: { 'if-none-match': known } })
      expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, ''])
    }
    const other = await edge.call('GET', '/v1/events/theatre', { headers: { 'if-none-match': '"other"' } })
    expect(other.status).toBe(200)
  })

  test('HEAD is GET without the body', async () => {
    const edge = createTestEdge()
    const response = await edge.call('HEAD', '/v1/events/theatre')
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(response.headers.get('etag')).toBeTruthy()
  })

  test('only checked parts of a query reach core', async () => {
    const edge = createTestEdge()
    await edge.call('GET', '/v1/events?limit=7&cursor=abc')
    expect(edge.core.requests.at(-1)?.path).toBe('/v1/events?limit=7&cursor=abc')
    await edge.call('GET', '/v1/events?sale=closed')
    expect(edge.core.requests.at(-1)?.path).toBe('/v1/events?limit=50&sale=closed')
    await edge.call('GET', '/v1/events?sale=open&_=1733000000000')
    expect(edge.core.requests.at(-1)?.path).toBe('/v1/events?limit=50&sale=open')
    for (const query of ['sale=none', 'limit=0', 'limit=101', 'limit=x', 'cursor=a%26b', 'limit=1&limit=2']) {
      expect((await problemIn(await edge.call('GET', `/v1/events?${query}`))).code).toBe('invalid_request')
    }
  })

  test('what one app was told is not told to another', async () => {
    const edge = createTestEdge()
    await edge.call('GET', '/v1/events/theatre')
    edge.core.answers.set('GET /v1/events/theatre', ({ claims }) =>
      JSON.stringify(claims.app).includes('app_2') ? refusal('not_found') : json(theatre),
    )
    const other = await edge.call('GET', '/v1/events/theatre', { key: otherKey, token: null })
    const missing = await edge.call('GET', '/v1/events/nowhere', { key: otherKey, token: null })
    const bodies = [await other.text(), await missing.text()]
    expect(other.status).toBe(404)
    expect(new Set(bodies.map((text) => text.replace(/req_\w+/, ''))).size).toBe(1)
  })
})

describe('changes', () => {
  const seat = { id: 'A-1', price: 100 }
  const synced = { event: 'theatre', inserted: 1, updated: 0, unchanged: 0, seatCount: 1 }
  const blocked = { event: 'theatre', changed: 1, unchanged: 0 }
  const plan = {
    plan: { name: 'p', size: { width: 1, height: 1 }, categories: [{ name: 'c', color: '#fff' }], zones: [] },
    prices: { c: 1 },
  }
  const summary = { ...theatre, chart: undefined }
  const event = { name: 'Theatre', currency: 'EUR' }
  const changes: [string, string, unknown, unknown, number][] = [
    ['PUT', '/v1/events/theatre', event, summary, 201],
    ['PUT', '/v1/events/theatre', { ...event, offSaleAt: null }, summary, 200],
    ['PUT', '/v1/events/theatre/seats', { seats: [seat] }, synced, 200],
    ['PUT', '/v1/events/theatre/plan', plan, synced, 200],
    ['POST', '/v1/events/theatre/seats/block', { seats: ['A-1'] }, blocked, 200],
    ['POST', '/v1/events/theatre/seats/unblock', { seats: ['A-1'] }, blocked, 200],
  ]

  test.each(changes)(
    '%s %s %j goes to core as it came, and is seen at once',
    async (method, path, body, told, status) => {
      const edge = createTestEdge()
      await edge.call('GET', '/v1/events/theatre')
      edge.core.answers.set(`${method} ${path}`, () => json(told, status))
      const text = JSON.stringify(body, null, 1)
      const response = await edge.call(method, path, { key: secretKey, token: null, body: text })
      expect([response.status, response.headers.get('cache-control')]).toEqual([status, 'no-store'])
      expect(edge.core.requests.at(-1)).toMatchObject({ body: text, claims: { app: { kind: 'secret' } } })
      await edge.call('GET', '/v1/events/theatre')
      expect(edge.core.count('GET /v1/events/theatre')).toBe(2)
    },
  )

  test.each(changes)(
    '%s %s %j is for secret keys only, and core is not asked',
    async (method, path, body) => {
      const edge = createTestEdge()
      expect((await problemIn(await edge.call(method, path, { body }))).code).toBe('forbidden')
      expect(edge.core.count(`${method} ${path}`)).toBe(0)
    },
  )

  const many = (count: number) => Array.from({ length: count }, (_, i) => `S-${i}`)
  const wrong: [string, string, unknown, string][] = [
    ['PUT', '/v1/events/theatre', { ...event, domain: 'ZOO' }, 'domain'],
    ['PUT', '/v1/events/theatre', { ...event, onSaleAt: 'tomorrow' }, 'onSaleAt'],
    ['PUT', '/v1/events/theatre', { ...event, holdsPerMinute: 0 }, 'holdsPerMinute'],
    ['PUT', '/v1/events/theatre', { ...event, coolDownMs: coolDownMsMax + 1 }, 'coolDownMs'],
    ['PUT', '/v1/events/theatre', { ...event, lapsedHoldsPerOwner: 0.5 }, 'lapsedHoldsPerOwner'],
    ['POST', '/v1/events/theatre/seats/block', { seats: [] }, 'seats'],
    ['POST', '/v1/events/theatre/seats/block', { seats: ['A-1', 'A-1'] }, 'seats'],
    ['POST', '/v1/events/theatre/seats/block', { seats: many(seatsPerBlockMax + 1) }, 'seats'],
    ['POST', '/v1/events/theatre/seats/unblock', { seats: [{ $gt: '' }] }, 'seats.0'],
    ['PUT', '/v1/events/theatre/seats', { seats: [{ ...seat, blocked: true }] }, 'seats.0'],
  ]
  test.each(wrong)('%s %s %j is refused before core, with the place', async (method, path, body, place) => {
    const edge = createTestEdge()
    const response = await edge.call(method, path, { key: secretKey, token: null, body })
    expect(await problemIn(response)).toMatchObject({ code: 'invalid_request', errors: [{ path: place }] })
    expect(edge.core.count(`${method} ${path}`)).toBe(0)
  })

  test('core’s refusal is passed on with what it adds', async () => {
    const edge = createTestEdge()
    edge.core.answers.set('PUT /v1/events/theatre', () => refusal('invalid_request'))
    const body = { name: 'Theatre', currency: 'USD' }
    const response = await edge.call('PUT', '/v1/events/theatre', { key: secretKey, token: null, body })
    expect(await problemIn(response)).toMatchObject({
      code: 'invalid_request',
      requestId: response.headers.get('x-request-id'),
    })
  })
})
