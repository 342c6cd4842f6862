import { edgeBudgetMs, pinLeaseMs, SeatId } from '@holdfast/contract'
import { InventoryFault, type PinReply } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import { CoreUnreachable } from '../ports.ts'
import { createTestEdge, json, problemIn, refusal, settle } from '../testing.ts'
import { booking, clientNames, holdId, holdOf, publishableKey, secretKey } from '../testing-data.ts'

const location = `/v1/events/theatre/holds/${holdId}`
const path = `${location}/confirm`
const { platform } = createTestEdge()
const hold = holdOf(platform)
const pinned: PinReply = { word: 'pinned', hold, nowMs: platform.now() }
const body = { payment: { id: 'pay_1' } }

function edgeWith(reply: PinReply | 'silent' = pinned) {
  const edge = createTestEdge()
  const leases: number[] = []
  edge.inventory.pin = async (_, __, ___, leaseMs) => {
    leases.push(leaseMs)
    if (reply === 'silent') throw new InventoryFault('pin')
    return reply
  }
  return { edge, leases }
}

describe('confirm', () => {
  test('core gets what the pin answered, and its answer is passed on byte for byte', async () => {
    const { edge, leases } = edgeWith()
    const text = `{ "extra": [1,  2], ${JSON.stringify(booking).slice(1)}\n`
    edge.core.answers.set(`POST ${path}`, () => new Response(text, { status: 201 }))
    const response = await edge.call('POST', path, { body, headers: { 'idempotency-key': 'pay-1' } })
    expect(response.status).toBe(201)
    expect(await response.text()).toBe(text)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('location')).toBe(location)
    expect(response.headers.get('idempotency-key')).toBe('pay-1')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('idempotent-replayed')).toBeNull()
    expect(leases).toEqual([pinLeaseMs])
    const request = edge.core.requests.find((one) => one.path === path)
    expect(JSON.parse(request?.body ?? '')).toEqual({
      idempotencyKey: 'pay-1',
      payment: { id: 'pay_1' },
      pin: { word: 'pinned', seats: hold.seats, currency: 'EUR', until: hold.untilMs },
      pinAskedAtMs: edge.platform.now(),
      client: expect.stringMatching(clientNames),
    })
    expect(request?.claims).toMatchObject({
      principal: 'pool:usr_1',
      requestId: response.headers.get('x-request-id'),
      budgetMs: 8_000,
    })
  })

  test('core hears when the pin was asked for, and not when it was answered', async () => {
    const { edge } = edgeWith()
    const askedAtMs = edge.platform.now()
    edge.inventory.pin = async () => {
      edge.platform.advance(5_000)
      return pinned
    }
    edge.core.answers.set(`POST ${path}`, () => json(booking, 201))
    await edge.call('POST', path, { body })
    const request = edge.core.requests.find((one) => one.path === path)
    expect(JSON.parse(request?.body ?? '').pinAskedAtMs).toBe(askedAtMs)
  })

  test.each([
    ['a browser’s address', publishableKey, '203.0.113.7', '203.0.113.7:4711'],
    ['the /64 of a browser’s IPv6 address', publishableKey, '2001:db8:1:2::7', '2001:db8:1:2::8'],
    ['nobody when the address cannot be read', publishableKey, 'nonsense', null],
    ['nobody when a server asks, for all of its buyers', secretKey, '203.0.113.7', null],
  ])('a free booking is counted for %s', async (_, key, address, same) => {
    const { edge } = edgeWith()
    edge.core.answers.set(`POST ${path}`, () => json(booking, 201))
    const vouched = key === secretKey ? { 'x-external-user-id': 'u1' } : {}
    for (const text of [address, same ?? address, '198.51.100.1']) {
      await edge.call('POST', path, { key, body: {}, headers: { 'x-test-address': text, ...vouched } })
    }
    const asked = edge.core.requests.filter((one) => one.path === path)
    const [client, again, other] = asked.map((one) => JSON.parse(one.body).client)
    expect(client).toEqual(same === null ? undefined : expect.stringMatching(clientNames))
    expect(again).toBe(client)
    if (same !== null) expect(other).not.toBe(client)
  })

  const seat = SeatId.parse('A-1')
  const pins: [PinReply | 'silent', unknown][] = [
    [{ word: 'expired', hold, nowMs: 0 }, { word: 'expired' }],
    [{ word: 'released', hold, nowMs: 0 }, { word: 'released' }],
    [{ word: 'confirmed', hold, nowMs: 0 }, { word: 'confirmed' }],
    [
      { word: 'taken', seats: [seat], nowMs: 0 },
      { word: 'taken', seats: ['A-1'] },
    ],
    [{ word: 'lost', nowMs: 0 }, { word: 'lost' }],
    [{ word: 'not_found', nowMs: 0 }, { word: 'not_found' }],
    [{ word: 'not_ready', nowMs: 0 }, { word: 'not_ready' }],
    ['silent', { word: 'unavailable' }],
  ]
  test.each(pins)('a pin never ends a confirm by itself: %j', async (reply, told) => {
    const { edge } = edgeWith(reply)
    edge.core.answers.set(`POST ${path}`, () => json(booking, 201, { 'idempotent-replayed': 'true' }))
    const response = await edge.call('POST', path)
    expect([response.status, response.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
    const request = edge.core.requests.find((one) => one.path === path)
    expect(JSON.parse(request?.body ?? '').pin).toEqual(told)
  })

  test('a refusal is passed on byte for byte too, with its time and whether it is a replay', async () => {
    const { edge } = edgeWith()
    const more = { 'retry-after': '1', 'idempotent-replayed': 'true' }
    edge.core.answers.set(`POST ${path}`, () => refusal('in_progress', more, 'req_of_the_first'))
    const response = await edge.call('POST', path, { body })
    expect(response.status).toBe(409)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(response.headers.get('idempotent-replayed')).toBe('true')
    expect(await response.text()).toBe(await refusal('in_progress', {}, 'req_of_the_first').text())
    expect(edge.logs.at(-1)).toMatchObject({ status: 409, code: 'in_progress' })
  })
})

describe('an outcome that nobody knows is never called a failure', () => {
  const unknown: [string, () => Response | Promise<Response>][] = [
    ['a broken connection', () => Promise.reject(new TypeError('fetch failed'))],
    ['a gateway’s timeout', () => new Response('<html>', { status: 504 })],
    ['an answer that is no booking', () => json({ ok: true }, 201)],
    ['half an answer', () => new Response('{"id":"BK-1"', { status: 201 })],
    ['core’s own word for it', () => refusal('outcome_unknown')],
  ]
  test.each(unknown)('%s is 202', async (_, answer) => {
    const { edge } = edgeWith()
    edge.core.answers.set(`POST ${path}`, answer)
    const response = await edge.call('POST', path, { body })
    expect([response.status, response.headers.get('location')]).toEqual([202, location])
    expect(response.headers.get('idempotency-key')).toMatch(/^idem_/)
    expect((await problemIn(response)).code).toBe('outcome_unknown')
  })

  test('a timeout is 202', async () => {
    const { edge } = edgeWith()
    edge.core.answers.set(`POST ${path}`, () => new Promise(() => {}))
    const answer = edge.call('POST', path, { body })
    while (edge.core.count(`POST ${path}`) === 0) await settle()
    edge.platform.advance(edgeBudgetMs)
    expect((await answer).status).toBe(202)
  })

  test('a refused connection is a failure: nothing was sent', async () => {
    const { edge } = edgeWith()
    edge.core.answers.set(`POST ${path}`, () => Promise.reject(new CoreUnreachable()))
    const response = await edge.call('POST', path, { body })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    expect((await problemIn(response)).code).toBe('dependency_unavailable')
  })
})
