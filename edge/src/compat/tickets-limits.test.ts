import { headers, signUpsPerMinute } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { makeToken } from '../testing-data.ts'
import { createTicketsEdge, pay } from './testing-tickets.ts'

const venue = { 'x-test-address': '192.0.2.1' }

/** A venue: one edge, and any number of users behind one address. */
function createVenue(tickets: object = {}) {
  const edge = createTicketsEdge({}, tickets)
  const as = async (user: string, method: string, path: string, body?: unknown) => {
    const token = await makeToken(edge.platform, 'user', { claims: { sub: `pool:${user}` } })
    return edge.ask(method, path, body, { ...venue, authorization: `Bearer ${token}` })
  }
  const lock = (user: string) => as(user, 'POST', '/api/lock', { seatId: 'A-2' })
  const page = () => edge.ask('GET', '/api/seats', undefined, { ...venue, authorization: '' })
  return { ...edge, as, lock, page }
}

const statusOf = async (answer: Promise<Response>): Promise<number> => (await answer).status
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('the limits of TicketS', () => {
  test('ten locks a second are one user’s, whomever the request says that it forwards for', async () => {
    const { ask, platform } = createTicketsEdge()
    const statuses: number[] = []
    for (let n = 1; n <= 12; n++) {
      const forwarded = { 'x-forwarded-for': `203.0.113.${n}`, forwarded: `for=203.0.113.${n}` }
      const answer = await ask('POST', '/api/lock', { seatId: 'A-2' }, forwarded)
      statuses.push(answer.status)
      expect(answer.headers.get(headers.rateLimitLimit)).toBe('10')
      expect(answer.headers.get(headers.rateLimitRemaining)).toBe(String(Math.max(0, 10 - n)))
      if (n > 10) expect(answer.headers.get(headers.retryAfter)).toBe('1')
    }
    expect(statuses).toEqual([...Array(10).fill(409), 429, 429])
    platform.advance(1_000)
    expect(await statusOf(ask('POST', '/api/lock', { seatId: 'A-2' }))).toBe(409)
  })

  test('fifty locks a second are one address’s, whoever they are of', async () => {
    const { lock } = createVenue()
    const statuses = []
    for (const user of numbers(52)) statuses.push(await statusOf(lock(`usr_${user}`)))
    expect(statuses).toEqual([...Array(50).fill(409), 429, 429])
  })

  test('of a rush from one address no more is asked of the shared limiter than the address may do', async () => {
    const { lock, limiter, core } = createVenue()
    const statuses = await Promise.all(numbers(500).map((user) => statusOf(lock(`usr_${user}`))))
    expect(statuses.filter((status) => status === 409)).toHaveLength(50)
    expect(statuses.filter((status) => status === 429)).toHaveLength(450)
    expect(limiter.keys).toHaveLength(100)
    expect(core.count('POST /internal/apps/verdict')).toBe(1)
  })

  test('twelve open pages behind one address that poll once a second leave five purchases untouched', async () => {
    const { page, as, platform } = createVenue()
    for (const buyer of numbers(5)) {
      const polls = await Promise.all(numbers(12).map(() => statusOf(page())))
      expect(polls).toEqual(Array(12).fill(200))
      // Somebody else has the seats: that it is told means that no limit is in the way.
      expect(await statusOf(as(`fan_${buyer}`, 'POST', '/api/lock', { seatId: 'A-2' }))).toBe(409)
      expect(await statusOf(as(`fan_${buyer}`, 'POST', '/api/pay', pay))).toBe(400)
      platform.advance(1_000)
    }
  })

  test('hundreds of open pages behind one address are not refused', async () => {
    const { page } = createVenue()
    for (const _ of numbers(300)) expect(await statusOf(page())).toBe(200)
  })

  test('ten seats that are chosen at once are ten locks, ten payments and ten releases of one second', async () => {
    const { as } = createVenue()
    for (const _ of numbers(10)) {
      expect(await statusOf(as('usr_1', 'POST', '/api/lock', { seatId: 'A-2' }))).toBe(409)
    }
    for (const n of numbers(10)) {
      const asked = { seatId: 'A-2', idempotencyKey: `key-${n}` }
      expect(await statusOf(as('usr_1', 'POST', '/api/pay', asked))).toBe(400)
      expect(await statusOf(as('usr_1', 'POST', '/api/release', asked))).toBe(400)
    }
    expect(await statusOf(as('usr_1', 'POST', '/api/pay', pay)), 'twenty of both').toBe(429)
    expect(await statusOf(as('usr_2', 'POST', '/api/pay', pay)), 'somebody else').toBe(400)
  })

  test('twenty reads a second are one user’s, and cost the shared limiter nothing', async () => {
    const { as, limiter } = createVenue()
    const statuses = []
    for (const _ of numbers(21)) statuses.push(await statusOf(as('usr_1', 'GET', '/api/seats')))
    expect(statuses).toEqual([...Array(20).fill(200), 429])
    expect(await statusOf(as('usr_2', 'GET', '/api/seats'))).toBe(200)
    expect(limiter.keys).toEqual([])
  })

  test('every limit is a setting', async () => {
    const two = { user: 2, client: 3 }
    const { as, page } = createVenue({ perSecond: { locks: two, reads: two, payments: two } })
    const asks = [
      ['POST', '/api/lock', { seatId: 'A-2' }],
      ['POST', '/api/pay', pay],
      ['GET', '/api/seats', undefined],
    ] as const
    for (const [method, path, body] of asks) {
      const refused = []
      for (const user of ['usr_1', 'usr_1', 'usr_1', 'usr_2', 'usr_2']) {
        refused.push((await statusOf(as(user, method, path, body))) === 429)
      }
      expect(refused, path).toEqual([false, false, true, true, true])
    }
    expect(await statusOf(page())).toBe(429)
  })

  test('logins that are right are free, core is told where they come from, and they end without the limiter', async () => {
    const { ask, limiter, core, platform } = createTicketsEdge()
    const logIn = () => ask('POST', '/api/auth/login', { email: 'a@example.org', password: 'correct horse' })
    for (const _ of numbers(60)) {
      expect((await logIn()).status).not.toBe(429)
      platform.advance(100)
    }
    const { claims } = core.requests.find(({ path }) => path === '/v1/auth/login') ?? {}
    expect(claims).toMatchObject({ app: { id: 'app_1' }, loginClient: { address: '198.51.100.7' } })
    limiter.mode = 'fails'
    const answer = await logIn()
    expect([answer.status, await answer.json()]).toEqual([500, { error: expect.any(String) }])
  })

  test('accounts are begun, and codes mailed, as often as on /v1 from one address', async () => {
    const { ask, limiter } = createTicketsEdge()
    const email = 'a@example.org'
    const begun = { email, otp: '123456', password: 'correct horse' }
    for (const [path, body] of [['register', { email }] as const, ['verify-register', begun] as const]) {
      for (const _ of numbers(signUpsPerMinute)) await ask('POST', `/api/auth/${path}`, body)
      const refused = await ask('POST', `/api/auth/${path}`, body)
      expect([refused.status, Number(refused.headers.get(headers.retryAfter)) > 1]).toEqual([429, true])
    }
    for (const of of ['sign-up', 'sign-up-code']) expect(limiter.keys).toContain(`${of}:app_1:198.51.100.7`)
  })
})
