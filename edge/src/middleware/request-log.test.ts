import { headers } from '@holdfast/contract'
import { InventoryFault } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import type { Span, Tracing } from '../telemetry/tracer.ts'
import { createTestEdge, createTestInventory, createTestPlatform } from '../testing.ts'

const holds = '/v1/events/theatre/holds'
const body = { seats: ['A-1'] }
const theirs = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`

describe('the line of a request', () => {
  test('tells how long it waited for whom', async () => {
    const platform = createTestPlatform()
    const hold = async () => {
      platform.advance(7)
      return { word: 'not_ready', nowMs: platform.now() } as const
    }
    const edge = createTestEdge({ platform, inventory: { ...createTestInventory(platform), hold } })
    await edge.call('POST', holds, { body })
    expect(edge.logs.at(-1)).toMatchObject({
      ms: 7,
      redisMs: 7,
      coreMs: 0,
      limiterMs: 0,
      code: 'event_not_ready',
    })
  })

  test('says where Cloudflare answered', async () => {
    const edge = createTestEdge({ colo: () => 'FRA' })
    await edge.call('GET', '/livez')
    expect(edge.logs).toMatchObject([{ route: '/livez', colo: 'FRA', code: 'ok' }])
  })

  test('names no event that is none', async () => {
    const edge = createTestEdge()
    await edge.call('GET', '/v1/events/ada%40holdfast.test')
    expect(edge.logs).toMatchObject([{ status: 404, eventId: undefined }])
    expect(JSON.stringify(edge.logs)).not.toContain('ada')
  })

  test('weighs more when the caller is not to blame, and most when nobody foresaw it', async () => {
    const edge = createTestEdge()
    edge.inventory.hold = () => Promise.reject(new InventoryFault('hold'))
    await edge.call('POST', holds, { body })
    edge.inventory.hold = () => Promise.reject(new RangeError('hunter2'))
    await edge.call('POST', holds, { body })
    expect(edge.logs).toMatchObject([
      { level: 'warn', status: 503 },
      { level: 'error', status: 500, fault: expect.stringMatching(/^RangeError at /) },
    ])
  })
})

describe('a request that is traced', () => {
  /** An edge that traces this part of all requests, and what it has delivered. */
  const tracing = (ratio: number, more: Partial<Tracing> = {}) => {
    const delivered: (readonly Span[])[] = []
    const send: Tracing['send'] = async (spans) => void delivered.push(spans)
    const platform = createTestPlatform()
    const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))
    const edge = createTestEdge({ platform: { ...platform, random }, tracing: { ratio, send, ...more } })
    return { edge, delivered }
  }

  test('delivers one span, with one below it for each that it waited for', async () => {
    const { edge, delivered } = tracing(1)
    await edge.call('POST', holds, { body })
    const [[root, ...children] = []] = delivered
    expect(root).toMatchObject({ kind: 'server', name: 'POST /v1/events/:eventId/holds', hasFailed: true })
    expect(root?.attributes).toMatchObject({
      'http.route': '/v1/events/:eventId/holds',
      'http.response.status_code': 503,
      'error.type': 'event_not_ready',
      'holdfast.app_id': 'app_1',
      'holdfast.event_id': 'theatre',
      'holdfast.request_id': edge.logs.at(-1)?.requestId,
    })
    // The key, the ended tokens and the event were asked for, since this edge is new.
    expect(children.map(({ name }) => name)).toEqual([
      ...['cache get', 'limiter take', 'core POST', 'redis revocations', 'limiter take'],
      ...['redis hold', 'core GET'],
    ])
    expect(new Set(children.map(({ parentId }) => parentId))).toEqual(new Set([root?.spanId]))
    expect(new Set(delivered.flat().map(({ traceId }) => traceId)).size).toBe(1)
    expect(new Set(delivered.flat().map(({ spanId }) => spanId)).size).toBe(8)
    expect(edge.logs.at(-1)?.traceId).toBe(root?.traceId)
  })

  test('is a child of whoever sent it, and core of the very call', async () => {
    const { edge, delivered } = tracing(1)
    await edge.call('GET', '/v1/events/theatre', { headers: { traceparent: theirs } })
    const [root, ...children] = delivered.flat()
    expect(root).toMatchObject({ traceId: 'a'.repeat(32), parentId: 'b'.repeat(16) })
    const calls = children.filter(({ name }) => name.startsWith('core'))
    expect(edge.core.requests.map(({ traceparent }) => traceparent)).toEqual(
      calls.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`),
    )
  })

  test.each([
    ['not one', 0, theirs, 0],
    ['each one, although they say no', 1, theirs.replace(/1$/, '0'), 20],
  ])('is for the edge to choose: with a ratio of %s', async (_, ratio, traceparent, count) => {
    const { edge, delivered } = tracing(ratio)
    for (let n = 0; n < 20; n++) await edge.call('GET', '/v1/events', { headers: { traceparent } })
    expect(delivered).toHaveLength(count)
    const flags = new Set(edge.core.requests.map((request) => request.traceparent?.slice(-2)))
    expect(flags).toEqual(new Set([count === 0 ? '00' : '01']))
    expect(edge.logs.every(({ traceId }) => (traceId === undefined) === (count === 0))).toBe(true)
  })

  test('is answered while its spans are on their way, and when they are lost', async () => {
    for (const send of [() => new Promise<void>(() => {}), () => Promise.reject(new Error('away'))]) {
      const { edge } = tracing(1, { send })
      expect((await edge.call('GET', '/livez')).status).toBe(200)
    }
  })
})

test('without a collector core is told nothing, whatever a client sends', async () => {
  const edge = createTestEdge()
  const sent = { traceparent: theirs, tracestate: 'a=b', baggage: 'c=d' }
  const answer = await edge.call('GET', '/v1/events/theatre', { headers: sent })
  expect([...answer.headers.keys()]).not.toContain('traceparent')
  expect(answer.headers.get(headers.requestId)).toBe(edge.logs.at(-1)?.requestId)
  expect(edge.core.requests.map(({ traceparent }) => traceparent)).toEqual([undefined, undefined])
})
