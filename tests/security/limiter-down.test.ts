import { headers, limiterCallMs } from '@holdfast/contract'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { tally, wordOf } from '../e2e/client.ts'
import { limitless } from '../support/selling.ts'
import { timed } from './driving.ts'
import { createFaults, faultKinds } from './faults.ts'
import { secrets } from './secrets.ts'
import { sell } from './stage.ts'
import { onPage, onServer, openWorld, type Sent, type World } from './world.ts'

const faults = createFaults()
const userPerSecond = 2
let world: World
beforeAll(async () => {
  world = await openWorld(faults.tap)
})
afterEach(() => faults.mend(world))
afterAll(() => world.close())

describe.each(faultKinds)('F36: while the limiter %s', (kind) => {
  test('reads are open, holds are counted here, nobody signs in, and nothing takes a second more', async () => {
    const shop = await world.openShop({ rateLimits: { ...limitless, userPerSecond } })
    await sell(world, shop, 'play')
    const user = { ...onServer(shop), [headers.externalUserId]: 'ann' }
    const path = '/v1/events/play'
    const hold = (seat: string): Sent => ({
      ...{ method: 'POST', path: `${path}/holds`, headers: user, body: { seats: [seat] } },
    })
    const { email, password } = secrets.admin
    const logins: Sent[] = [
      { method: 'POST', path: '/v1/admin/login', body: { email, password } },
      { method: 'POST', path: '/v1/auth/login', headers: onPage(shop), body: { email, password } },
      { method: 'POST', path: '/auth/login', body: { email, password } },
      { method: 'POST', path: '/api/auth/login', body: { email, password } },
    ]
    // The key is known, as it is at an edge that has been open for a while.
    for (const known of [user, onPage(shop)]) await world.send({ method: 'GET', path, headers: known })
    faults.breakPort(world, 'limiter', kind)
    const all = (requests: readonly Sent[]) =>
      timed(world, faults, () => Promise.all(requests.map((one) => world.send(one))))

    const read = await all([{ method: 'GET', path, headers: user }])
    expect(read.answer.map(wordOf)).toEqual(['200'])
    expect(read.tookMs).toBe(0)
    const held = await all(['S-1', 'S-2', 'S-3', 'S-4'].map(hold))
    expect(tally(held.answer)).toEqual({ '201': userPerSecond, '429 rate_limited': 2 })
    const signedIn = await all(logins)
    expect(signedIn.answer.map(({ status }) => status)).toEqual([503, 503, 503, 500])
    expect(faults.hits()).toBeGreaterThan(0)
    for (const { tookMs } of [held, signedIn]) expect(tookMs).toBeLessThanOrEqual(limiterCallMs)
  })
})
