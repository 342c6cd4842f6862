import { type HoldKey, SeatId } from '@holdfast/contract'
import type { ExtendReply, HoldCall, HoldReply } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import { createTestEdge, json, problemIn } from '../testing.ts'
import { buyer, holdId, holdOf, makeToken, otherKey } from '../testing-data.ts'

const seat = SeatId.parse('A-1')
type Edge = ReturnType<typeof createTestEdge>
const post = (edge: Edge, headers: Record<string, string> = {}, body: unknown = { seats: ['A-1', 'A-2'] }) =>
  edge.call('POST', '/v1/events/theatre/holds', { headers, body })

/** An edge whose inventory holds everything, and what it was asked. */
function holding() {
  const edge = createTestEdge()
  const calls: HoldCall[] = []
  edge.inventory.hold = async (_, call) => {
    calls.push(call)
    return { word: 'held', hold: holdOf(edge.platform), nowMs: edge.platform.now() }
  }
  return { edge, calls }
}

describe('POST holds', () => {
  test('a hold is told with its time to live by the clock of Redis', async () => {
    const edge = createTestEdge()
    const untilMs = 1_800_000_000_000
    edge.inventory.hold = async () => ({
      word: 'held',
      hold: holdOf(edge.platform, { untilMs }),
      nowMs: untilMs - 119_870,
    })
    const response = await post(edge, { 'idempotency-key': 'buy-1' })
    expect(response.status).toBe(201)
    expect(response.headers.get('location')).toBe(`/v1/events/theatre/holds/${holdId}`)
    expect(response.headers.get('idempotency-key')).toBe('buy-1')
    expect(response.headers.get('idempotent-replayed')).toBeNull()
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({
      id: holdId,
      event: 'theatre',
      status: 'held',
      seats: [
        { id: 'A-1', price: 4500 },
        { id: 'A-2', price: 4500 },
      ],
      total: 9000,
      currency: 'EUR',
      expiresAt: new Date(untilMs).toISOString(),
      expiresInMs: 119_870,
    })
  })

  test('a warm hold asks the inventory once and core never', async () => {
    const { edge, calls } = holding()
    await post(edge)
    const before = edge.core.requests.length
    await post(edge)
    expect([calls.length, edge.core.requests.length]).toEqual([2, before])
  })

  test('a replay is 201 with the hold as it is now, while it lives', async () => {
    const edge = createTestEdge()
    const hold = holdOf(edge.platform, { status: 'confirming' })
    edge.inventory.hold = async () => ({ word: 'replayed', hold, nowMs: edge.platform.now() })
    const response = await post(edge)
    expect([response.status, response.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
    expect(await response.json()).toMatchObject({ status: 'confirming' })
  })

  test.each([
    ['confirmed', 'hold_confirmed', { bookingId: 'BK-1' }],
    ['expired', 'hold_expired', {}],
    ['released', 'hold_released', {}],
  ] as const)('a replay of a hold that is %s is no success: 409 %s', async (status, code, more) => {
    const edge = createTestEdge()
    const bookingId = status === 'confirmed' ? ('BK-1' as never) : null
    const hold = holdOf(edge.platform, { status, bookingId })
    edge.inventory.hold = async () => ({ word: 'replayed', hold, nowMs: edge.platform.now() })
    const response = await post(edge)
    expect(response.status).toBe(409)
    expect(await problemIn(response)).toMatchObject({ code, ...more })
  })

  test('a buyer whose own hold is in the way is told which it is', async () => {
    const edge = createTestEdge()
    const { grantId } = holdOf(edge.platform)
    edge.inventory.hold = async () => ({ word: 'unavailable', seats: [seat], own: [grantId], nowMs: 0 })
    const problem = await problemIn(await post(edge))
    expect(problem).toMatchObject({ code: 'seats_unavailable', seats: [seat], own: true, holds: [grantId] })
  })

  test('what a buyer holds is listed, of the caller alone', async () => {
    const edge = createTestEdge()
    const owners: unknown[] = []
    const hold = holdOf(edge.platform)
    edge.inventory.owned = async (_, owner) => {
      owners.push(owner)
      return { word: 'owned', holds: [hold], nowMs: edge.platform.now() }
    }
    const response = await edge.call('GET', '/v1/events/theatre/holds')
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ holds: [{ id: hold.grantId, status: 'held' }] })
    expect(owners).toEqual(['pool:usr_1'])
  })

  const words: [HoldReply, number, string][] = [
    [{ word: 'unavailable', seats: [seat], own: [], nowMs: 0 }, 409, 'seats_unavailable'],
    [{ word: 'unknown_seat', seats: [seat], nowMs: 0 }, 422, 'unknown_seat'],
    [{ word: 'key_reused', nowMs: 0 }, 422, 'idempotency_key_reused'],
    [{ word: 'sale_closed', nowMs: 0 }, 409, 'sale_closed'],
    [{ word: 'not_ready', nowMs: 0 }, 503, 'event_not_ready'],
  ]
  const againAtMs = 1_800_000_000_000
  const waits: [HoldReply, number, string, object][] = [
    [
      { word: 'sale_not_started', againAtMs, nowMs: againAtMs - 61_001 },
      409,
      'sale_not_started',
      { opensAt: '2027-01-15T08:00:00.000Z' },
    ],
    [
      { word: 'too_many', scope: 'owner', againAtMs, limit: 8, nowMs: againAtMs - 61_001 },
      429,
      'too_many_holds',
      { scope: 'owner', limit: 8, detail: expect.stringContaining('The limit is 8.') },
    ],
    [
      { word: 'too_many', scope: 'address', againAtMs, limit: null, nowMs: againAtMs - 61_001 },
      429,
      'too_many_holds',
      { scope: 'address', detail: expect.not.stringContaining('The limit is') },
    ],
    [
      { word: 'too_fast', againAtMs, limit: 30, nowMs: againAtMs - 61_001 },
      429,
      'holding_too_fast',
      { limit: 30 },
    ],
    [
      { word: 'cooling_down', againAtMs, limit: 10, nowMs: againAtMs - 61_001 },
      429,
      'cooling_down',
      { limit: 10 },
    ],
  ]
  test.each(waits)('%j is %i %s, and says how long to wait', async (reply, status, code, more) => {
    const edge = createTestEdge()
    edge.inventory.hold = async () => reply
    const response = await post(edge)
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, '62'])
    expect(await problemIn(response)).toMatchObject({ code, retryable: true, ...more })
    edge.inventory.hold = async () => ({ ...reply, nowMs: againAtMs }) as HoldReply
    expect((await post(edge)).headers.get('retry-after')).toBe('1')
  })

  test.each(words)('%j is %i %s', async (reply, status, code) => {
    const edge = createTestEdge()
    edge.inventory.hold = async () => reply
    const response = await post(edge, { 'idempotency-key': 'buy-1' })
    expect(response.status).toBe(status)
    expect(response.headers.get('idempotency-key')).toBe('buy-1')
    expect(response.headers.get('retry-after')).toBe(status === 503 ? '1' : null)
    expect(await problemIn(response)).toMatchObject({ code, ...('seats' in reply && { seats: ['A-1'] }) })
  })

  test('an event that core does not know is not found, and not asked for again at once', async () => {
    const edge = createTestEdge()
    const ask = () => edge.call('POST', '/v1/events/nowhere/holds', { body: { seats: ['A-1'] } })
    for (let i = 0; i < 3; i++) expect((await problemIn(await ask())).code).toBe('not_found')
    expect(edge.core.count('GET /v1/events/nowhere')).toBe(1)
  })

  test('a user is needed', async () => {
    const edge = createTestEdge()
    const options = { token: null, body: { seats: ['A-1'] } }
    expect((await edge.call('POST', '/v1/events/theatre/holds', options)).status).toBe(401)
  })
})

describe('Idempotency-Key', () => {
  test('names the hold: the same for a retry, another for every other app, event, owner or key', async () => {
    const { edge, calls } = holding()
    const seats = { body: { seats: ['A-1'] } }
    const key = (name: string, more = {}) => ({ headers: { 'idempotency-key': name, ...more }, ...seats })
    const vouch = { 'x-external-user-id': 'u' }
    const other = await makeToken(edge.platform, 'user', { claims: { sub: 'pool:usr_2' } })
    await edge.call('POST', '/v1/events/theatre/holds', key('a'))
    await edge.call('POST', '/v1/events/theatre/holds', key('a'))
    await edge.call('POST', '/v1/events/theatre/holds', key('b'))
    await edge.call('POST', '/v1/events/cinema/holds', key('a'))
    await edge.call('POST', '/v1/events/theatre/holds', { ...key('a'), token: other })
    await edge.call('POST', '/v1/events/theatre/holds', { ...key('a', vouch), key: otherKey })
    const keys = calls.map(({ holdKey }) => holdKey)
    expect(keys[0]).toBe(keys[1])
    expect(new Set(keys).size).toBe(5)
    for (const holdKey of keys) expect(holdKey).toMatch(/^[A-Za-z0-9]{22}$/)
    expect(calls[0]?.owner).toBe(buyer)
    expect(calls[0]?.operationId).not.toBe(calls[1]?.operationId)
  })

  test('without one each request is an intention of its own, and is told its name', async () => {
    const { edge, calls } = holding()
    const names = [await post(edge), await post(edge)].map((r) => r.headers.get('idempotency-key'))
    expect(names[0]).toMatch(/^idem_[A-Za-z0-9]{22}$/)
    expect(names[0]).not.toBe(names[1])
    expect(calls[0]?.holdKey).not.toBe(calls[1]?.holdKey)
    const again = await post(edge, { 'idempotency-key': names[0] ?? '' })
    expect(again.status).toBe(201)
    expect(calls[2]?.holdKey satisfies HoldKey | undefined).toBe(calls[0]?.holdKey)
  })

  test.each(['', 'a b', 'ü', 'x'.repeat(256)])('%j is refused', async (name) => {
    const body = await problemIn(await post(createTestEdge(), { 'idempotency-key': name }))
    expect(body).toMatchObject({ code: 'invalid_request', errors: [{ path: 'idempotency-key' }] })
  })

  test('255 visible characters are not', async () => {
    expect((await post(holding().edge, { 'idempotency-key': '~'.repeat(255) })).status).toBe(201)
  })
})

describe('POST extend', () => {
  const path = `/v1/events/theatre/holds/${holdId}/extend`
  const answer = (reply: ExtendReply) => {
    const edge = createTestEdge()
    const operations: string[] = []
    edge.inventory.extend = async (_, __, ___, operation) => {
      operations.push(operation)
      return reply
    }
    return { edge, operations }
  }
  const { platform } = createTestEdge()
  const hold = holdOf(platform)

  test('answers the hold with its new time; a retry of the key is the same operation', async () => {
    const { edge, operations } = answer({ word: 'extended', hold, nowMs: platform.now() })
    const headers = { 'idempotency-key': 'more-1' }
    const response = await edge.call('POST', path, { headers })
    expect([response.status, await response.json()]).toEqual([
      200,
      expect.objectContaining({ status: 'held' }),
    ])
    await edge.call('POST', path, { headers, body: {} })
    await edge.call('POST', path)
    expect(operations[0]).toMatch(/^op_[A-Za-z0-9]{22}$/)
    expect(operations[1]).toBe(operations[0])
    expect(operations[2]).not.toBe(operations[0])
  })

  const words: [ExtendReply, number, string][] = [
    [{ word: 'cannot_extend', hold, nowMs: 0 }, 409, 'cannot_extend'],
    [{ word: 'taken', seats: [seat], nowMs: 0 }, 409, 'seats_unavailable'],
    [{ word: 'expired', hold, nowMs: 0 }, 409, 'hold_expired'],
    [{ word: 'released', hold, nowMs: 0 }, 409, 'hold_released'],
    [{ word: 'confirmed', hold, nowMs: 0 }, 409, 'hold_confirmed'],
    [{ word: 'lost', nowMs: 0 }, 409, 'hold_lost'],
    [{ word: 'not_found', nowMs: 0 }, 404, 'not_found'],
    [{ word: 'not_ready', nowMs: 0 }, 503, 'event_not_ready'],
  ]
  test.each(words)('%j is %i %s', async (reply, status, code) => {
    const { edge } = answer(reply)
    const decision = () => json({ decision: 'undecided' })
    edge.core.answers.set(`GET /v1/events/theatre/holds/${holdId}`, decision)
    const response = await edge.call('POST', path)
    expect([response.status, (await problemIn(response)).code]).toEqual([status, code])
  })

  test('a hold that Redis lost may have become a booking', async () => {
    const { edge } = answer({ word: 'lost', nowMs: 0 })
    const decision = () => json({ decision: 'confirmed', bookingId: 'BK-1' })
    edge.core.answers.set(`GET /v1/events/theatre/holds/${holdId}`, decision)
    expect(await problemIn(await edge.call('POST', path))).toMatchObject({
      code: 'hold_confirmed',
      bookingId: 'BK-1',
    })
  })
})
