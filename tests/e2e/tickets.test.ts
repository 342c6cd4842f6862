import { SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { type ApiAnswer, callApi } from '../../edge/dev/api.ts'
import { until } from '../contract/inventory/poll.ts'
import { flushRedis } from '../support/inventory.ts'
import {
  codeFor,
  expectOneWinner,
  oldTokenOf,
  said,
  saidIn,
  ticketsClient,
  tokenOf,
  turn,
} from '../support/tickets.ts'
import { everyGround, mapOf, type Shop, useWorld } from './world.ts'

const eventId = 'the-show'
/** Weak, as that of the existing deployment may be. */
const oldSecret = 'secret123'

describe.each(everyGround)('the clients of TicketS, on $store and the $redis Redis', (ground) => {
  const world = useWorld(ground)
  let shop: Shop
  let next = 1
  const seatOf = () => `S-${next++}`
  const edge = () => world().stack.edgeUrl
  const event = () => ({ appId: shop.appId, eventId: eventId as never })
  const bind = (more: Record<string, string> = {}) =>
    world().stack.restartEdge({ TICKETS_APP_ID: shop.appId, TICKETS_EVENT_ID: eventId, ...more })
  const clientOf = async (user: string) => {
    const client = ticketsClient(edge(), await tokenOf(user, world().stack.secrets.userTokenSecret))
    return {
      lock: (seat: string) => turn(() => client.lock(seat)),
      pay: (seat: string, key: string) => turn(() => client.pay(seat, key)),
      release: (seat: string) => turn(() => client.release(seat)),
      async seat(id: string) {
        const { seats } = saidIn(200, said.seats, await turn(client.seats))
        return seats.find((seat) => seat.id === id)
      },
    }
  }

  beforeAll(async () => {
    shop = await world().openShop()
    await shop.sell(eventId, 60)
  })

  test('without its settings the routes are not there', async () => {
    const asks = [
      callApi(`${edge()}/api/seats`),
      ...['lock', 'pay', 'release', 'auth/register', 'auth/verify-register', 'auth/login'].map((path) =>
        callApi(`${edge()}/api/${path}`, { method: 'POST', body: {} }),
      ),
    ]
    for (const answer of await Promise.all(asks)) saidIn(404, said.error, answer)
  })

  describe('bound to an app and an event', () => {
    beforeAll(() => bind())

    test('GET /api/seats lists all seats, each with its price, state, lock and remaining seconds', async () => {
      const seatId = seatOf()
      const [ann, bob] = [await clientOf('usr_ann'), await clientOf('usr_bob')]
      expect(await ann.seat(seatId)).toEqual({
        ...{ id: seatId, row: null, number: null, tier: 'standard', price: 45 },
        ...{ state: 'available', lockedBy: null, ttl: null },
      })
      const lockedMs = performance.now()
      saidIn(200, said.locked, await ann.lock(seatId))
      const mine = await ann.seat(seatId)
      const passed = Math.ceil((performance.now() - lockedMs) / 1_000)
      expect(mine).toMatchObject({ state: 'locked', lockedBy: 'usr_ann' })
      expect(mine?.ttl).toBeGreaterThanOrEqual(299 - passed)
      expect(mine?.ttl).toBeLessThanOrEqual(300)
      expect(await bob.seat(seatId)).toMatchObject({ state: 'locked', lockedBy: 'somebody' })
      const nobody = await turn(ticketsClient(edge()).seats)
      expect(nobody.text, 'no id of a user is told to others').not.toContain('usr_ann')
      expect(nobody.headers.get('cache-control')).toBe('no-store')
      expect(saidIn(200, said.seats, nobody).seats).toHaveLength(60)
      const stranger = await turn(ticketsClient(edge(), 'a.bad.token').seats)
      expect(saidIn(200, said.seats, stranger).seats).toHaveLength(60)
    })

    test('POST /api/lock: 200, then 409 for others and for oneself; 401 without a token, 403 with a bad one', async () => {
      const seatId = seatOf()
      const [ann, bob] = [await clientOf('usr_ann'), await clientOf('usr_bob')]
      saidIn(200, said.locked, await ann.lock(seatId))
      saidIn(409, said.notLocked, await bob.lock(seatId))
      saidIn(409, said.notLocked, await ann.lock(seatId))
      saidIn(409, said.notLocked, await ann.lock('S-999'))
      for (const headers of [{}, { authorization: 'Bearer' }, { authorization: 'Basic YTpi' }]) {
        saidIn(401, said.error, await turn(() => ticketsClient(edge(), undefined, headers).lock(seatId)))
      }
      const forged = await tokenOf('usr_ann', 'another secret of thirty-two bytes, at least')
      for (const token of ['x', forged]) {
        saidIn(403, said.error, await turn(() => ticketsClient(edge(), token).lock(seatId)))
      }
      const old = await new SignJWT({ userId: 'usr_ann', email: 'ann@example.org' })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(oldSecret))
      saidIn(403, said.error, await turn(() => ticketsClient(edge(), old).lock(seatId)))
    })

    test('a request that makes no sense is 400 in its own words, and a page that is not there 404', async () => {
      const client = ticketsClient(edge(), await tokenOf('usr_ann', world().stack.secrets.userTokenSecret))
      for (const body of [{}, { seatId: 7 }, { seatId: { $gt: '' } }, { seatId: 'a/b' }, []]) {
        saidIn(400, said.notLocked, await turn(() => client.post('/lock', body)))
      }
      for (const body of [{ seatId: 'S-1' }, { seatId: 'S-1', idempotencyKey: '' }]) {
        saidIn(400, said.refused, await turn(() => client.post('/pay', body)))
      }
      saidIn(404, said.error, await turn(() => client.post('/nothing', {})))
      const wrongMethod = await turn(() => callApi(`${edge()}/api/lock`))
      saidIn(405, said.error, wrongMethod)
      expect(wrongMethod.headers.get('allow')).toBe('POST')
      const large = await turn(() => client.post('/lock', { seatId: 'S-1', more: 'x'.repeat(70_000) }))
      saidIn(413, said.error, large)
    })

    test('POST /api/pay sells a locked seat, and says the same bytes for the same key ever after', async () => {
      const seatId = seatOf()
      const [ann, bob] = [await clientOf('usr_ann'), await clientOf('usr_bob')]
      await ann.lock(seatId)
      const first = await ann.pay(seatId, 'pay-1')
      const { txId } = saidIn(200, said.paid, first)
      await until(async () => (await mapOf(world(), event())).includes('B'))
      expect((await ann.pay(seatId, 'pay-1')).text).toBe(first.text)
      expect(await bob.seat(seatId)).toMatchObject({ state: 'booked', lockedBy: null, ttl: null })
      saidIn(400, said.refused, await ann.pay(seatId, 'pay-2'))
      saidIn(400, said.refused, await bob.pay(seatId, 'pay-1'))
      saidIn(409, said.notLocked, await bob.lock(seatId))

      const [booking] = await world().store.find(shop.appId, 'bookings', {}, { limit: 2 })
      expect(booking).toMatchObject({
        bookingId: txId,
        owner: 'pool:usr_ann',
        total: 4500,
        provider: 'simulated',
      })
    })

    test('the same key says the same after Redis has lost everything', async () => {
      const seatId = seatOf()
      const ann = await clientOf('usr_ann')
      await ann.lock(seatId)
      const first = await ann.pay(seatId, 'pay-lost')
      await until(async () => (await ann.seat(seatId))?.state === 'booked')
      await flushRedis(world().stack.redis)
      expect((await ann.pay(seatId, 'pay-lost')).text).toBe(first.text)
      await until(async () => (await mapOf(world(), event())).includes('B'))
      expect((await ann.pay(seatId, 'pay-lost')).text).toBe(first.text)
    })

    test('many payments at once with one key are one sale and one answer', async () => {
      const seatId = seatOf()
      const ann = await clientOf('usr_amy')
      saidIn(200, said.locked, await ann.lock(seatId))
      const answers = await Promise.all(Array.from({ length: 5 }, () => ann.pay(seatId, 'pay-twice')))
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
      saidIn(200, said.paid, answers[0] as ApiAnswer)
    })

    test('a key that paid for one seat does not say that it paid for another', async () => {
      const [one, two] = [seatOf(), seatOf()]
      const ann = await clientOf('usr_eve')
      for (const seat of [one, two]) await ann.lock(seat)
      saidIn(200, said.paid, await ann.pay(one, 'pay-reused'))
      saidIn(400, said.refused, await ann.pay(two, 'pay-reused'))
      expect(await ann.seat(two)).toMatchObject({ state: 'locked' })
    })

    test('POST /api/pay is 400 when the lock is gone or another’s, and may be tried again with its key', async () => {
      const seatId = seatOf()
      const [ann, bob] = [await clientOf('usr_ann'), await clientOf('usr_bob')]
      saidIn(400, said.refused, await ann.pay(seatId, 'pay-none'))
      await bob.lock(seatId)
      saidIn(400, said.refused, await ann.pay(seatId, 'pay-none'))
      await bob.release(seatId)
      await ann.lock(seatId)
      saidIn(200, said.paid, await ann.pay(seatId, 'pay-none'))
    })

    test('POST /api/release is for the owner only', async () => {
      const seatId = seatOf()
      const [ann, bob] = [await clientOf('usr_ann'), await clientOf('usr_bob')]
      await ann.lock(seatId)
      saidIn(400, said.refused, await bob.release(seatId))
      saidIn(409, said.notLocked, await bob.lock(seatId))
      saidIn(401, said.error, await turn(() => ticketsClient(edge()).release(seatId)))
      saidIn(200, said.released, await ann.release(seatId))
      expect(await ann.seat(seatId)).toMatchObject({ state: 'available', lockedBy: null, ttl: null })
      saidIn(200, said.locked, await bob.lock(seatId))
      saidIn(400, said.refused, await ann.release(seatId))
    })

    test('register, verify-register and login make a buyer, whose token locks and pays', async () => {
      const email = `ada.${Date.now()}@example.org`
      const client = ticketsClient(edge())
      const ask = (path: string, body: unknown) => turn(() => client.post(`/auth/${path}`, body))
      saidIn(200, said.registered, await ask('register', { email }))
      const otp = codeFor(world().stack, email)
      const form = { email, otp, password: 'correct horse', phone: '+39 055 123' }
      const wrong = otp === '000000' ? '000001' : '000000'
      saidIn(400, said.error, await ask('verify-register', { ...form, otp: wrong }))
      const { userId } = saidIn(200, said.session, await ask('verify-register', form))
      saidIn(400, said.error, await ask('login', { email, password: 'wrong horse' }))
      const session = saidIn(200, said.session, await ask('login', { email, password: form.password }))
      expect(session.userId).toBe(userId)

      // Who has an account is told so when they show that the address is theirs, and nobody else.
      saidIn(200, said.registered, await ask('register', { email }))
      const again = { ...form, otp: codeFor(world().stack, email) }
      saidIn(400, said.error, await ask('verify-register', again))

      const seatId = seatOf()
      const ada = ticketsClient(edge(), session.token)
      saidIn(200, said.locked, await turn(() => ada.lock(seatId)))
      saidIn(200, said.paid, await turn(() => ada.pay(seatId, 'ada-pays')))
      const [user] = await world().store.find('pool' as never, 'users', { userId }, { limit: 1 })
      expect(user).toMatchObject({ email, phone: '+39 055 123' })
    })
  })

  describe('with the secret of the existing deployment', () => {
    beforeAll(() => bind({ TICKETS_JWT_SECRET: oldSecret }))

    test('a token without maker, audience and end locks and pays, on these routes and on no other', async () => {
      const token = await new SignJWT({ userId: '64b7f0c2a1b2c3d4e5f60718', email: 'old@example.org' })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuedAt()
        .sign(new TextEncoder().encode(oldSecret))
      const client = ticketsClient(edge(), token)
      const seatId = seatOf()
      saidIn(200, said.locked, await turn(() => client.lock(seatId)))
      const { seats } = saidIn(200, said.seats, await turn(client.seats))
      expect(seats.find(({ id }) => id === seatId)?.lockedBy).toBe('64b7f0c2a1b2c3d4e5f60718')
      saidIn(200, said.paid, await turn(() => client.pay(seatId, 'old-pays')))

      const elsewhere = await shop.page.with({ authorization: `Bearer ${token}` }).call('GET', '/v1/bookings')
      expect(elsewhere.status).toBe(401)
    })

    test('500 users at one seat behind one address: one has it, and the rest is told so or to wait', async () => {
      await expectOneWinner({ edgeUrl: edge(), jwtSecret: oldSecret, seatId: seatOf() })
    })

    test('a page gives a seat back without a token, by the id of its login', async () => {
      const userId = '64b7f0c2a1b2c3d4e5f60719'
      const [owner, page] = [
        ticketsClient(edge(), await oldTokenOf(userId, oldSecret)),
        ticketsClient(edge()),
      ]
      const seatId = seatOf()
      saidIn(200, said.locked, await turn(() => owner.lock(seatId)))
      saidIn(401, said.error, await turn(() => page.post('/release', { seatId, userId: `${userId}0` })))
      saidIn(200, said.released, await turn(() => page.post('/release', { seatId, userId })))
      expect((await owner.seat(seatId)).state).toBe('available')
    })
  })

  describe('behind a proxy that tells the addresses of clients', () => {
    beforeAll(() => bind({ TICKETS_JWT_SECRET: oldSecret, TRUSTED_PROXY_HEADER: 'x-forwarded-for' }))

    test('500 users at one seat, each from an address: one has it, and 499 are told so', async () => {
      const taken = await expectOneWinner({ edgeUrl: edge(), jwtSecret: oldSecret, seatId: seatOf() })
      expect(taken).toBe(499)
    })
  })

  describe('an app that takes the money itself', () => {
    let external: Shop
    beforeAll(async () => {
      external = await world().openShop({ paymentProvider: 'external' })
      await external.sell(eventId, 2)
      await world().stack.restartEdge({
        TICKETS_APP_ID: external.appId,
        TICKETS_EVENT_ID: eventId,
        TICKETS_PAY: 'unpaid',
      })
    })

    test('and says so to the edge stands for what its clients pay: the booking has the price that was held', async () => {
      const ann = await clientOf('usr_ann')
      await ann.lock('S-1')
      const { txId } = saidIn(200, said.paid, await ann.pay('S-1', 'external-1'))
      const [booking] = await world().store.find(external.appId, 'bookings', {}, { limit: 2 })
      expect(booking).toMatchObject({
        bookingId: txId,
        provider: 'external',
        paymentStatus: 'SUCCESS',
        total: 4500,
      })
    })
  })

  test('a core that does not answer is 500 in its own words, and nothing is sold', async () => {
    const ann = await clientOf('usr_ann')
    await ann.lock('S-2')
    await world().stack.core.stop()
    try {
      const answer = await ann.pay('S-2', 'while-core-is-down')
      saidIn(500, said.error, answer)
      expect(answer.text).not.toMatch(/ECONN|fetch|stack/i)
    } finally {
      await world().stack.restartCore()
    }
    saidIn(200, said.paid, await ann.pay('S-2', 'while-core-is-down'))
  })
})
