import {
  addressUnitsDefault,
  limiterCallMs,
  loginFailuresPerClient,
  namelessLoginsPerSecond,
  signUpsPerMinute,
} from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { unknownClient } from '../client-address.ts'
import { createTestEdge, json, problemIn, settle } from '../testing.ts'
import { otherKey, publishableKey, secretKey, verdicts } from '../testing-data.ts'

type Edge = ReturnType<typeof createTestEdge>
const hold = (edge: Edge, more = {}) =>
  edge.call('POST', '/v1/events/theatre/holds', { body: { seats: ['A-1'] }, ...more })
const login = (edge: Edge, { path = 'login', ...more }: { path?: string; [of: string]: unknown } = {}) =>
  edge.call('POST', `/v1/auth/${path}`, {
    token: null,
    body: { email: 'a@b.example', password: '12345678', ...(path === 'signup' && { name: 'A' }) },
    ...more,
  })

function limitsOf(response: Response) {
  const read = (name: string) => response.headers.get(`ratelimit-${name}`)
  return { limit: read('limit'), remaining: read('remaining'), reset: read('reset') }
}

describe('writes are limited', () => {
  test('answers say how much of the tightest limit is left, until it is used up', async () => {
    const edge = createTestEdge()
    for (let i = 9; i >= 0; i--) {
      expect(limitsOf(await hold(edge))).toEqual({ limit: '10', remaining: String(i), reset: '1' })
    }
    const refused = await hold(edge)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    expect(limitsOf(refused)).toEqual({ limit: '10', remaining: '0', reset: '1' })
    expect((await problemIn(refused)).code).toBe('rate_limited')
    edge.platform.advance(1_000)
    expect((await hold(edge)).status).not.toBe(429)
  })

  test('a browser by its user and its address, a server by the user it vouches for and its app', async () => {
    const edge = createTestEdge()
    await hold(edge)
    expect(edge.limiter.keys.slice(-2)).toEqual(['user:app_1:pool:usr_1', 'client:app_1:198.51.100.7'])
    await hold(edge, { key: secretKey, headers: { 'x-external-user-id': 'u-1' } })
    expect(edge.limiter.keys.slice(-2)).toEqual(['user:app_1:ext:app_1:u-1', 'app:app_1'])
  })

  test('a user whose id is the word for an address that cannot be read is counted like any other', async () => {
    const edge = createTestEdge()
    await hold(edge, { key: secretKey, headers: { 'x-external-user-id': unknownClient } })
    expect(edge.limiter.keys).toContain(`user:app_1:ext:app_1:${unknownClient}`)
  })

  test('an address is what the platform saw, and IPv6 is counted by /64', async () => {
    const edge = createTestEdge()
    const forged = { 'x-forwarded-for': '203.0.113.1', 'x-real-ip': '203.0.113.1' }
    await hold(edge, { headers: { ...forged, 'x-test-address': '2001:db8:1:2:3:4:5:6' } })
    expect(edge.limiter.keys.at(-1)).toBe('client:app_1:2001:db8:1:2::/64')
  })

  test('reads are not', async () => {
    const edge = createTestEdge()
    await edge.call('GET', '/v1/events/theatre')
    expect(edge.limiter.keys.filter((key) => !key.startsWith('miss:'))).toEqual([])
  })

  test('all limits of a request are asked at once', async () => {
    let waiting = 0
    let most = 0
    const limiter = async ({ limit }: { limit: number }) => {
      most = Math.max(most, ++waiting)
      await settle()
      waiting--
      return { allowed: true, limit, remaining: 1, resetMs: 0 }
    }
    await hold(createTestEdge({ limiter }))
    expect(most).toBe(2)
  })

  test('logins that are right are not: what is wrong with them is for core to know', async () => {
    const edge = createTestEdge()
    for (let i = 0; i < 3 * signUpsPerMinute; i++) {
      expect((await login(edge)).status).not.toBe(429)
      edge.platform.advance(100)
    }
  })

  test('sign-ups by address and minute, with each app by itself, and with a listed network in proportion', async () => {
    const signUps = async (edge: Edge, most: number) => {
      for (let i = 0; i < most; i++) {
        expect((await login(edge, { path: 'signup' })).status).not.toBe(429)
        edge.platform.advance(100)
      }
      const refused = await login(edge, { path: 'signup' })
      expect(refused.status).toBe(429)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1)
      expect(edge.limiter.keys).toContain('sign-up:app_1:198.51.100.7')
    }
    await signUps(createTestEdge(), signUpsPerMinute)
    const venue = createTestEdge()
    const networks = [{ cidr: '198.51.100.0/24', units: 2 * addressUnitsDefault }]
    venue.core.answers.set('POST /internal/keys/verify', ({ body }) =>
      json({
        verdict: { ...verdicts.get(JSON.parse(body).key), clientNetworks: networks },
        deniedUsers: [],
      }),
    )
    await signUps(venue, 2 * signUpsPerMinute)
  })

  test('a server’s sign-ups are not counted by its address, but by its buyer’s, if it names one', async () => {
    const edge = createTestEdge()
    for (let i = 0; i <= signUpsPerMinute; i++) {
      expect((await login(edge, { path: 'signup', key: secretKey })).status).not.toBe(429)
    }
    await login(edge, { path: 'signup', key: secretKey, headers: { 'x-client-address': '192.0.2.9' } })
    expect(edge.limiter.keys.filter((key) => key.startsWith('sign-up'))).toEqual(['sign-up:app_1:192.0.2.9'])
  })

  test('a server’s logins a few a second for all of its app, until it names its buyers, who are counted in its place', async () => {
    const edge = createTestEdge()
    const byServer = (address?: string, key = secretKey) =>
      login(edge, { key, headers: address === undefined ? {} : { 'x-client-address': address } })
    for (let i = 0; i < namelessLoginsPerSecond; i++) expect((await byServer()).status).not.toBe(429)
    const refused = await byServer()
    expect(limitsOf(refused)).toEqual({ limit: String(namelessLoginsPerSecond), remaining: '0', reset: '1' })
    expect(await problemIn(refused)).toMatchObject({
      code: 'rate_limited',
      errors: [{ path: 'x-client-address', message: expect.stringContaining('name the public address') }],
    })
    expect((await byServer('10.0.0.5')).status, 'an address that is no buyer’s').toBe(429)
    expect((await byServer('192.0.2.9')).status).not.toBe(429)
    expect((await byServer(undefined, otherKey)).status, 'of another app').not.toBe(429)
    expect((await login(edge)).status, 'on a page').not.toBe(429)
    edge.platform.advance(1_000)
    expect((await byServer()).status).not.toBe(429)
  })

  const failuresMax = loginFailuresPerClient
  test.each([
    ['198.51.100.7', publishableKey, {}, { address: '198.51.100.7', failuresMax }],
    ['2001:db8:1:2:3:4:5:6', publishableKey, {}, { address: '2001:db8:1:2::/64', failuresMax }],
    ['unix:', publishableKey, {}, { address: unknownClient }],
    ['198.51.100.7', secretKey, {}, { address: unknownClient }],
    ['198.51.100.7', secretKey, { 'x-client-address': '192.0.2.9' }, { address: '192.0.2.9', failuresMax }],
    ['198.51.100.7', secretKey, { 'x-client-address': '10.0.0.5' }, { address: unknownClient }],
  ])('core is told where somebody signs in from: %s with %s and %j', async (from, key, more, loginClient) => {
    const edge = createTestEdge()
    await login(edge, { key, headers: { 'x-test-address': from, ...more } })
    const sent = edge.core.requests.find(({ path }) => path === '/v1/auth/login')
    expect(sent?.claims).toMatchObject({ loginClient })
    expect(sent?.claims?.loginClient).toEqual(loginClient)
  })
})

describe('without the limiter', () => {
  test('holds go by a bucket of this isolate', async () => {
    const edge = createTestEdge()
    edge.limiter.mode = 'fails'
    for (let i = 0; i < 10; i++) expect((await hold(edge)).status).not.toBe(429)
    expect((await hold(edge)).status).toBe(429)
  })

  test('a limiter that says nothing costs no more than its time', async () => {
    const edge = createTestEdge()
    await hold(edge)
    edge.limiter.mode = 'hangs'
    const answer = hold(edge)
    while (edge.limiter.keys.length < 5) await settle()
    await settle()
    edge.platform.advance(limiterCallMs)
    expect((await answer).status).not.toBe(429)
  })

  test('logins are closed', async () => {
    const edge = createTestEdge()
    edge.core.answers.set('POST /v1/auth/login', () => json({}))
    edge.limiter.mode = 'fails'
    for (const path of ['/v1/auth/login', '/v1/auth/signup', '/v1/admin/login']) {
      const response = await edge.call('POST', path, {
        body: {},
        ...(path.includes('admin') && { origin: null }),
      })
      expect([response.status, (await problemIn(response)).code]).toEqual([503, 'dependency_unavailable'])
    }
    expect(edge.core.count('POST /v1/auth/login')).toBe(0)
  })

  test('reads are open', async () => {
    const edge = createTestEdge()
    edge.limiter.mode = 'fails'
    expect((await edge.call('GET', '/v1/events/theatre')).status).toBe(200)
  })
})
