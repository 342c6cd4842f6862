/*
 * The attacker reads as fast as answers come, from one address and with a key that is on every page: nothing counted reads, so
 * each was a script on Redis, a call of core, or megabytes of JSON.
 */
import { clientReadsPerSecondDefault, headers, serverReadsPerSecond } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../../edge/dev/api.ts'
import type { EdgeApp } from '../../../edge/src/app.ts'
import { sell } from '../stage.ts'
import { onPage, onServer, openWorld, type World } from '../world.ts'

const burst = 2 * clientReadsPerSecondDefault
const largeBurst = 20
const from = (address: string) => ({ 'x-test-address': address })

let world: World
let asked = 0
beforeAll(async () => {
  world = await openWorld()
  // A chart of more than 64 kB.
  await sell(world, world.shop, 'large', 1_000)
  await sell(world, world.shop, 'small', 5)
  for (const [host, answer] of [...world.network.hosts]) {
    world.network.hosts.set(host, (request) => {
      asked += 1
      return answer(request)
    })
  }
})
afterAll(() => world.close())

const pass = (ms: number) => {
  for (let n = 0; n < ms; n++) world.clock.tick()
}

/** Reads so often from one address, all at once. */
const flood = (edge: EdgeApp, path: string, sent: Record<string, string>, times: number) =>
  Promise.all(Array.from({ length: times }, () => world.send({ method: 'GET', path, headers: sent }, edge)))
const passed = (answers: readonly ApiAnswer[]) => answers.filter(({ status }) => status < 400).length

describe('H3: reads have a budget', () => {
  test('one address has so many at once, the rest is refused and nobody is asked for it', async () => {
    const edge = world.openEdge()
    const sent = { ...onPage(world.shop), ...from('192.0.2.1') }
    const path = '/v1/events/small/seats'
    expect(passed(await flood(edge, path, sent, burst))).toBe(burst)
    asked = 0
    const refused = await flood(edge, path, sent, 300)
    expect(asked).toBe(0)
    for (const { status, headers: told, text } of refused) {
      expect([status, told.get(headers.retryAfter), told.get('access-control-allow-origin')]).toEqual([
        429,
        '1',
        sent.origin,
      ])
      expect(told.get(headers.rateLimitLimit)).toBe(String(clientReadsPerSecondDefault))
      expect(told.get(headers.rateLimitRemaining)).toBe('0')
      expect(JSON.parse(text)).toMatchObject({ code: 'rate_limited' })
    }
    expect(passed(await flood(edge, path, { ...sent, ...from('192.0.2.2') }, 10)), 'another address').toBe(10)
    pass(1_000)
    expect(passed(await flood(edge, path, sent, 300)), 'a second later').toBe(clientReadsPerSecondDefault)
  })

  test('an address that owns a network of IPv6 has the budget of one', async () => {
    const edge = world.openEdge()
    const answers = await Promise.all(
      Array.from({ length: 2 * burst }, (_, n) =>
        world.send(
          { method: 'GET', path: '/health', headers: from(`2001:db8:1:2:${n.toString(16)}::1`) },
          edge,
        ),
      ),
    )
    expect(passed(answers)).toBe(burst)
  })

  test('large answers have a smaller one, and small reads go on beside them', async () => {
    const edge = world.openEdge()
    const sent = { ...onPage(world.shop), ...from('192.0.2.3') }
    const large = async () => passed(await flood(edge, '/v1/events/large', sent, 1))
    let count = 0
    for (let n = 0; n < 2 * largeBurst; n++) count += await large()
    expect(count).toBe(largeBurst)
    expect(passed(await flood(edge, '/v1/events/small', sent, 10))).toBe(10)
    pass(1_000)
    count = 0
    for (let n = 0; n < 10; n++) count += await large()
    expect(count).toBe(5)
  })

  test('large answers that all come at once are paid for afterwards', async () => {
    const edge = world.openEdge()
    const sent = { ...onPage(world.shop), ...from('192.0.2.4') }
    await flood(edge, '/v1/events/large', sent, burst)
    pass(3_000)
    expect(passed(await flood(edge, '/v1/events/large', sent, burst))).toBe(0)
    pass(6_000)
    expect(passed(await flood(edge, '/v1/events/large', sent, 1))).toBe(1)
  })

  test('an app’s server is not counted; who only says so is', async () => {
    const edge = world.openEdge()
    const path = '/v1/events/small'
    const server = { ...onServer(world.shop), ...from('192.0.2.5') }
    for (let n = 0; n < 3; n++) {
      expect(passed(await flood(edge, path, server, serverReadsPerSecond))).toBe(serverReadsPerSecond)
    }
    const liar = { [headers.apiKey]: `hf_sk_${'x'.repeat(40)}`, ...from('192.0.2.6') }
    const answers = await flood(edge, '/health', liar, 3 * serverReadsPerSecond)
    expect(passed(answers)).toBe(2 * serverReadsPerSecond)
  })

  test('what tells whether an edge lives is never refused', async () => {
    const edge = world.openEdge()
    for (const path of ['/livez', '/readyz']) {
      expect(passed(await flood(edge, path, from('192.0.2.7'), 3 * burst))).toBe(3 * burst)
    }
  })

  test('the page of a predecessor is refused in its own words', async () => {
    const edge = world.openEdge()
    const answers = await flood(edge, '/', from('192.0.2.8'), burst + 1)
    expect(answers.at(-1)?.body).toMatchObject({ success: false, error: { code: 'RATE_LIMIT_ERROR' } })
  })
})
