import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../../edge/dev/api.ts'
import { settled } from '../../security/stage.ts'
import { said, saidIn } from '../../support/tickets.ts'
import { openTickets, type Tickets } from './clients.ts'

/*
 * The table of the contract of TicketS, a request and an answer at a time, written from its page.
 */

let tickets: Tickets
beforeAll(async () => {
  tickets = await openTickets()
})
afterAll(() => tickets.world.close())

const [ann, bob] = ['64b7f0c2a1b2c3d4e5f60718', '64b7f0c2a1b2c3d4e5f60719']
let addresses = 0
/** From an address of its own, so that no limit is in the way. */
const as = (userId: unknown) => tickets.user(userId, `192.0.2.${++addresses}`)
const nobody = () => tickets.client(undefined, `192.0.2.${++addresses}`)

describe('GET /api/seats', () => {
  test('answers each seat with its ten fields, and as state available, locked and booked', async () => {
    const buyer = await as(ann)
    const free = { id: 'A1', row: 'A', number: 1, tier: 'vip', price: 45.5 }
    expect(await buyer.seat('A1')).toEqual({ ...free, state: 'available', lockedBy: null, ttl: null })
    saidIn(200, said.locked, await buyer.lock('A1'))
    const locked = await buyer.seat('A1')
    expect(locked).toEqual({ ...free, state: 'locked', lockedBy: ann, ttl: expect.any(Number) })
    expect(locked?.ttl).toBeGreaterThan(0)
    expect(locked?.ttl).toBeLessThanOrEqual(300)
    saidIn(200, said.paid, await buyer.pay('A1', 'seats-1'))
    await settled(tickets.world)
    await tickets.pass(250)
    expect(await buyer.seat('A1')).toEqual({ ...free, state: 'booked', lockedBy: null, ttl: null })
  })

  test('answers everybody, and the tiers that the page knows', async () => {
    const { seats } = saidIn(200, said.seats, await nobody().look())
    expect(seats).toHaveLength(120)
    expect(new Set(seats.map(({ tier }) => tier))).toEqual(new Set(['vip', 'premium', 'standard']))
  })
})

describe('POST /api/lock', () => {
  test('answers 200 with the time it took, then 409 with a message to others and to the owner', async () => {
    const [one, two] = [await as(ann), await as(bob)]
    saidIn(200, said.locked, await one.lock('A2'))
    for (const client of [two, one]) saidIn(409, said.notLocked, await client.lock('A2'))
  })

  test('answers 401 without a token and 403 with a bad one', async () => {
    saidIn(401, said.error, await nobody().lock('A3'))
    saidIn(403, said.error, await tickets.client('abc').lock('A3'))
  })

  test('answers 429 with the standard headers to the eleventh lock of a second', async () => {
    const buyer = await as('rusher')
    const answers: ApiAnswer[] = []
    for (let n = 0; n < 11; n++) answers.push(await buyer.lock('A2'))
    for (const answer of answers.slice(0, 10)) saidIn(409, said.notLocked, answer)
    const refused = answers[10] as ApiAnswer
    saidIn(429, said.error, refused)
    const told = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'retry-after'].map((name) =>
      refused.headers.get(name),
    )
    expect(told).toEqual(['10', '0', '1', '1'])
  })
})

describe('POST /api/pay', () => {
  test('answers 200 with a txId, and the same bytes for the same key', async () => {
    const buyer = await as(ann)
    saidIn(200, said.locked, await buyer.lock('A4'))
    const first = await buyer.pay('A4', 'pay-1')
    saidIn(200, said.paid, first)
    expect(await buyer.pay('A4', 'pay-1')).toMatchObject({ status: 200, text: first.text })
  })

  test('answers 400 with a message where the lock is gone or another’s', async () => {
    const [one, two] = [await as(ann), await as(bob)]
    saidIn(400, said.refused, await one.pay('A5', 'pay-2'))
    saidIn(200, said.locked, await two.lock('A5'))
    saidIn(400, said.refused, await one.pay('A5', 'pay-3'))
  })

  test('answers 401 without a token, 403 with a bad one, and 500 while nobody can book', async () => {
    saidIn(401, said.error, await nobody().pay('A5', 'pay-4'))
    saidIn(403, said.error, await tickets.client('abc').pay('A5', 'pay-4'))
    const buyer = await as(ann)
    saidIn(200, said.locked, await buyer.lock('A6'))
    const { outages } = tickets.world.network
    outages.set('core.test', async () => new Response('', { status: 503 }))
    try {
      saidIn(500, said.error, await buyer.pay('A6', 'pay-5'))
    } finally {
      outages.clear()
    }
    saidIn(200, said.paid, await buyer.pay('A6', 'pay-5'))
  })
})

describe('POST /api/release', () => {
  test('answers 200 to the owner only', async () => {
    const [one, two] = [await as(ann), await as(bob)]
    saidIn(200, said.locked, await one.lock('A7'))
    saidIn(400, said.refused, await two.release('A7'))
    saidIn(200, said.released, await one.release('A7'))
    expect((await two.seat('A7'))?.state).toBe('available')
  })
})

describe('POST /api/auth/*', () => {
  const [email, password] = ['ada@example.org', 'correct horse']

  test('register sends a code, with which verify-register opens an account to which login signs in', async () => {
    const page = nobody()
    saidIn(200, said.registered, await page.post('/auth/register', { email }))
    const form = { email, otp: tickets.code(), password, phone: '+39 055 123' }
    const { userId } = saidIn(200, said.session, await page.post('/auth/verify-register', form))
    const session = saidIn(200, said.session, await page.post('/auth/login', { email, password }))
    expect(session.userId).toBe(userId)
    const ada = tickets.client(session.token, '192.0.2.250')
    saidIn(200, said.locked, await ada.lock('A8'))
    expect((await ada.seat('A8'))?.lockedBy, 'the page compares it with the id of login').toBe(userId)
    saidIn(200, said.paid, await ada.pay('A8', 'ada-1'))
  })

  test('no such user, a wrong password and a wrong or old code are 400 with one and the same error', async () => {
    const page = nobody()
    const form = { email: 'eve@example.org', otp: '000000', password, phone: '+39 055 123' }
    const texts = []
    for (const [route, body] of [
      ['login', { email: 'nobody@example.org', password }],
      ['login', { email, password: 'wrong horse' }],
      ['verify-register', form],
    ] as const) {
      texts.push(saidIn(400, said.error, await page.post(`/auth/${route}`, body)).error)
    }
    expect(new Set(texts).size, 'nobody learns which addresses have an account').toBe(1)
  })

  test('an address that has an account already is 400 with an error', async () => {
    const page = nobody()
    const two = { email: 'two@example.org', password }
    const register = async () => {
      await page.post('/auth/register', { email: two.email })
      return { ...two, otp: tickets.code(), phone: '+39 055 123' }
    }
    saidIn(200, said.session, await page.post('/auth/verify-register', await register()))
    saidIn(400, said.error, await page.post('/auth/verify-register', await register()))
  })

  test('a password that no account may have is 400 with an error', async () => {
    const form = { email, otp: '123456', password: 'short', phone: '1' }
    const { error } = saidIn(400, said.error, await nobody().post('/auth/verify-register', form))
    expect(error).toContain('password')
  })
})
