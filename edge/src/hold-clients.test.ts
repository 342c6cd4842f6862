import type { HoldCall, HoldReply } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import type { Call } from './testing.ts'
import { createTestEdge, json, problemIn } from './testing.ts'
import { holdOf, makeToken, publishableKey, secretKey, verdicts } from './testing-data.ts'

/** An edge for an app with these settings, and the calls for holds that come to its Redis. */
function openEdge(settings: object = {}, reply?: Partial<HoldReply>) {
  const calls: HoldCall[] = []
  const edge = createTestEdge()
  const { platform } = edge
  edge.inventory.hold = async (_, call) => {
    calls.push(call)
    return { word: 'held', hold: holdOf(platform), nowMs: platform.now(), ...reply } as HoldReply
  }
  edge.core.answers.set('POST /internal/keys/verify', ({ body }) =>
    json({ verdict: { ...verdicts.get(JSON.parse(body).key), ...settings }, deniedUsers: [] }),
  )
  const hold = (address: string | null, more: Call = {}) =>
    edge.call('POST', '/v1/events/theatre/holds', {
      body: { seats: ['A-1'] },
      ...more,
      headers: {
        'idempotency-key': crypto.randomUUID(),
        ...(address !== null && { 'x-test-address': address }),
        ...more.headers,
      },
    })
  const clientOf = async (address: string | null, more?: Call) => {
    await hold(address, more)
    return calls.at(-1)?.client
  }
  return { ...edge, hold, clientOf, calls }
}

const onServer = { key: secretKey, headers: { 'x-external-user-id': 'ann' } }
const naming = (address: string): Call => ({
  ...onServer,
  headers: { ...onServer.headers, 'x-client-address': address },
})

describe('the address that a hold counts for', () => {
  test('is that of the page, of IPv6 its /64 and its /48, under names that tell nobody', async () => {
    const { clientOf } = openEdge()
    const four = await clientOf('203.0.113.7')
    expect(four).toEqual({
      ...{ address: expect.any(String), network: null },
      ...{ units: 40, ownerShare: 4, isEnforced: true },
    })
    expect(await clientOf('203.0.113.7:4711')).toEqual(four)
    expect(await clientOf('203.0.113.8')).not.toEqual(four)
    const [six, beside, near, far] = [
      await clientOf('2001:db8:1:1::7'),
      await clientOf('2001:db8:1:1::8'),
      await clientOf('2001:db8:1:2::7'),
      await clientOf('2001:db8:2:1::7'),
    ]
    expect(beside).toEqual(six)
    expect([near?.network === six?.network, near?.address === six?.address]).toEqual([true, false])
    expect(far?.network === six?.network).toBe(false)
    expect(JSON.stringify([four, six])).not.toMatch(/203|2001|db8/)
  })

  test('has another name in another app', async () => {
    const here = await openEdge().clientOf('203.0.113.7')
    const there = await openEdge({ appId: 'app_9' }).clientOf('203.0.113.7')
    expect(there?.address).not.toBe(here?.address)
  })

  test.each(['127.0.0.1', '::1', '10.1.2.3', '192.168.0.7', '100.64.1.1', 'fd00::7', 'unix:', ''])(
    'is none where %s is all that is seen: that is no buyer',
    async (address) => {
      expect(await openEdge().clientOf(address)).toBeUndefined()
    },
  )

  test('is what a server names, and none of a server that names nobody', async () => {
    const { clientOf } = openEdge()
    expect(await clientOf('203.0.113.99', onServer)).toBeUndefined()
    const named = await clientOf('203.0.113.99', naming('203.0.113.7'))
    expect(named).toEqual(await clientOf('203.0.113.7'))
  })

  test('is refused where it is none, or where a page names it', async () => {
    const { hold, calls } = openEdge()
    for (const more of [
      naming('nobody'),
      { key: publishableKey, headers: { 'x-client-address': '203.0.113.7' } },
    ]) {
      const answer = await hold('203.0.113.99', more)
      expect([answer.status, await problemIn(answer)]).toMatchObject([
        422,
        { code: 'invalid_request', errors: [{ path: 'x-client-address' }] },
      ])
    }
    expect(calls).toEqual([])
  })

  test('may hold what the first of the app’s networks says that has it', async () => {
    const clientNetworks = [
      { cidr: '203.0.113.128/25', units: 400 },
      { cidr: '203.0.113.0/24', units: 100 },
      { cidr: '2001:db8:7::/48', units: 900 },
    ]
    const { clientOf } = openEdge({ clientNetworks })
    const units = async (address: string) => (await clientOf(address))?.units
    expect([await units('203.0.113.200'), await units('203.0.113.7')]).toEqual([400, 100])
    expect([await units('2001:db8:7:1::1'), await units('2001:db8:8:1::1')]).toEqual([900, 40])
    expect([await units('198.51.100.7'), await units('::ffff:203.0.113.200')]).toEqual([40, 400])
  })

  test('counts nothing where it is off, and is not enforced where it is observed, or a word is not known here', async () => {
    expect(await openEdge({ addressBudget: 'off' }).clientOf('203.0.113.7')).toBeUndefined()
    for (const addressBudget of ['observe', 'puzzle', undefined])
      expect(await openEdge({ addressBudget }).clientOf('203.0.113.7')).toMatchObject({ isEnforced: false })
  })
})

test('what is more than an address may have is refused with whose that is and when to come again', async () => {
  const nowMs = Date.UTC(2026, 10, 23, 12)
  const edge = openEdge(
    {},
    { word: 'too_many', scope: 'address', limit: 40, againAtMs: nowMs + 61_500, nowMs },
  )
  const answer = await edge.hold('203.0.113.7')
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '62'])
  expect(await problemIn(answer)).toMatchObject({ code: 'too_many_holds', scope: 'address', limit: 40 })
})

test('what is only observed is held, and the log has it', async () => {
  const edge = openEdge({}, { word: 'held_over' })
  expect((await edge.hold('203.0.113.7')).status).toBe(201)
  expect(edge.logs.at(-1)).toMatchObject({ status: 201, overBudget: true })
})

test('a guest who has passed a challenge may have a larger share', async () => {
  const edge = openEdge()
  const claims = { sub: 'guest:g1', app: 'app_1', challenged: true }
  const token = await makeToken(edge.platform, 'user', { claims })
  expect(await edge.clientOf('203.0.113.7', { token })).toMatchObject({ ownerShare: 10 })
})
