import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppId, systemPlatform } from '@holdfast/contract'
import {
  gala,
  hex,
  oid,
  oldApp,
  ticketsSeat,
  ticketsUser,
  unifiedApp,
  unifiedBooking,
  unifiedSeat,
  unifiedUser,
} from '@holdfast/core/src/moving-in/testing.ts'
import { hashSync } from 'bcryptjs'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { until } from '../contract/inventory/poll.ts'
import { runHoldfast } from '../support/holdfast.ts'
import { said, saidIn, ticketsClient } from '../support/tickets.ts'
import { doneIn, failedIn, unifiedClient } from '../support/unified.ts'
import { useWorld } from './world.ts'

const secrets = { unified: 'the old secret of Unified', tickets: 'the old secret of TicketS' }
const keys = {
  page: 'the old key of pages, of forty characters',
  server: 'the old key of a server, of forty letters',
}
/** Of 73 bytes: bcrypt has read 72. */
const password = `${'é'.repeat(36)}!`
const hashes = { page: hashSync(keys.page, 4), server: hashSync(keys.server, 4), user: hashSync(password, 4) }
const bus = 'Bus 7: Pune → Mumbai'
const own = 'auth0|7'
const coachApp = AppId.parse('app_coach')

const exports: Readonly<Record<'unified' | 'tickets', Readonly<Record<string, readonly object[]>>>> = {
  unified: {
    apps: [
      unifiedApp({ apiKeyHash: hashes.page, allowedDomains: ['http://shop.example/'] }),
      unifiedApp({
        _id: oid(2),
        appId: 'app_coach',
        name: 'Coach',
        domain: 'BUS',
        allowedDomains: [],
        apiKeyHash: hashes.server,
      }),
    ],
    users: [unifiedUser(1, { password: hashes.user })],
    seats: [
      unifiedSeat(1, { status: 'BOOKED', bookedBy: hex(101) }),
      unifiedSeat(2),
      unifiedSeat(3, { appId: 'app_coach', domain: 'BUS', entityId: bus, status: 'BOOKED' }),
      unifiedSeat(4, { appId: 'app_coach', domain: 'BUS', entityId: bus }),
      // Gone without a booking.
      unifiedSeat(5, { appId: 'app_coach', domain: 'BUS', entityId: bus, status: 'BOOKED' }),
    ],
    bookings: [unifiedBooking(1), unifiedBooking(3, { appId: 'app_coach', userId: `ext_app_coach_${own}` })],
  },
  tickets: {
    users: [ticketsUser(7, { password: hashes.user }), ticketsUser(8, { password: hashes.user })],
    seats: [ticketsSeat(11), ticketsSeat(12, { status: 'booked', userId: hex(107), version: 1 })],
  },
}

/** Asks again while the service says that it is busy: who signs in waits for a limiter that a busy machine may keep. */
async function insist(ask: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
  for (;;) {
    const answer = await ask()
    if (answer.status < 500) return answer
    await systemPlatform.sleep(Number(answer.headers.get('retry-after') ?? 1) * 1_000)
  }
}

const signed = (claims: Record<string, unknown>, secret: string) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret))

describe('after the data of both predecessors have moved in, while core serves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-moved-in-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const world = useWorld('embedded', undefined, () => ({
    UNIFIED_JWT_SECRET: secrets.unified,
    UNIFIED_APP_ID: 'app_old',
    TICKETS_APP_ID: 'app_old',
    TICKETS_EVENT_ID: 'gala',
    TICKETS_JWT_SECRET: secrets.tickets,
  }))
  const edge = () => world().stack.edgeUrl

  const importFrom = async (from: 'unified' | 'tickets', ...more: string[]) => {
    for (const [name, docs] of Object.entries(exports[from])) {
      const text = docs.map((doc) => `${JSON.stringify(doc)}\n`).join('')
      writeFileSync(join(folder, `${name}.json`), text)
    }
    const { storeUrl, secrets: own } = world().stack
    const args = ['import', '--from', from, folder, '--store', storeUrl, '--quiet', ...more]
    const { code, complained } = await runHoldfast(args, { RECEIPT_KEY: own.receiptKey })
    expect(code, complained).toBe(0)
  }

  beforeAll(async () => {
    await importFrom('unified', '--currency', 'INR')
    await importFrom('tickets', '--app', 'app_old', '--event', 'gala', '--currency', 'USD')
    const { store } = world()
    // Repair builds the inventories of the new events.
    await until(async () => {
      const events = await store.find(oldApp, 'events', {}, { limit: 9 })
      const coach = await store.find(coachApp, 'events', {}, { limit: 9 })
      return (
        events.length === 2 && coach.length === 1 && [...events, ...coach].every(({ epoch }) => epoch > 0)
      )
    })
  })

  const page = () =>
    unifiedClient(edge(), { 'x-app-id': 'app_old', 'x-api-key': keys.page, origin: 'http://shop.example' })
  const server = () =>
    unifiedClient(edge(), { 'x-app-id': 'app_coach', 'x-api-key': keys.server, 'x-external-user-id': own })

  test('an old token finds the bookings of its user, by their old ids, and nobody else does', async () => {
    const token = await signed({ type: 'user', userId: hex(101) }, secrets.unified)
    const buyer = page().with({ authorization: `Bearer ${token}` })
    const { bookings } = doneIn(await buyer.get('/my-bookings'))
    expect(bookings).toMatchObject([
      { bookingId: 'BK-20240501-000001', seatId: { _id: hex(201), seatNumber: 'A1' }, amount: 499.5 },
    ])
    const { booking } = doneIn(await buyer.get('/booking/BK-20240501-000001'))
    expect(booking).toMatchObject({ entityId: 'concert', paymentId: 'pay_1', userId: hex(101) })
    const other = await signed({ type: 'user', userId: hex(199) }, secrets.unified)
    failedIn(
      'NOT_FOUND',
      await page()
        .with({ authorization: `Bearer ${other}` })
        .get('/booking/BK-20240501-000001'),
    )
  })

  test('an old password signs in, with capitals in the address and over 72 bytes, and with no key', async () => {
    const body = { email: 'Buyer1@Example.org', password }
    const { token, user } = doneIn(await insist(() => page().post('/auth/login', body)))
    expect(user).toMatchObject({ _id: hex(101), email: 'buyer1@example.org', name: 'Buyer 1' })
    doneIn(
      await page()
        .with({ authorization: `Bearer ${token}` })
        .get('/my-bookings'),
    )
    doneIn(await insist(() => unifiedClient(edge()).post('/auth/login', body)))
    failedIn(
      'AUTHENTICATION_ERROR',
      await insist(() => page().post('/auth/login', { ...body, password: 'wrong' })),
    )
  })

  test('an old key of a page and an old id of a seat reserve it; what was sold is not for sale', async () => {
    const token = await signed({ type: 'user', userId: hex(101) }, secrets.unified)
    const buyer = page().with({ authorization: `Bearer ${token}` })
    const { seats } = doneIn(await buyer.get('/seats?entityId=concert'))
    expect(seats).toMatchObject([{ _id: hex(202), seatNumber: 'A2', metadata: { row: 1, column: 2 } }])
    const reserved = doneIn(await buyer.post('/reserve-seat', { seatId: hex(202) }))
    expect(reserved.seat).toMatchObject({ id: hex(202), price: 499.5 })
    doneIn(await buyer.post('/release-seat', reserved))
    failedIn('CONFLICT', await buyer.post('/reserve-seat', { seatId: hex(201) }))
  })

  test('an old key of a server finds its own users, their bookings and what it calls its entities', async () => {
    const { bookings } = doneIn(await server().get('/my-bookings'))
    expect(bookings).toMatchObject([{ entityId: bus, userId: `ext_app_coach_${own}` }])
    const { seats } = doneIn(await server().get(`/seats?${new URLSearchParams({ entityId: bus })}`))
    expect(seats).toMatchObject([{ _id: hex(204), entityId: bus, price: 499.5 }])
    const { reservationToken } = doneIn(await server().post('/reserve-seat', { seatId: seats[0]._id }))
    const booked = doneIn(await server().post('/confirm-booking', { reservationToken, paymentId: 'pay_new' }))
    expect(booked.booking).toMatchObject({ entityId: bus, amount: 499.5, paymentStatus: 'SUCCESS' })
    // A sync repeats AVAILABLE of what was sold before, and frees nothing of it.
    const rows = ['A3', 'A5'].map((seatNumber) => ({ seatNumber, price: 1, status: 'AVAILABLE' }))
    const again = { entityId: bus, seats: rows }
    doneIn(await server().post('/admin/sync-seats', again))
    expect(doneIn(await server().get(`/seats?${new URLSearchParams({ entityId: bus })}`)).count).toBe(0)
  })

  test('TicketS has its seats, its buyers, its tokens and its passwords', async () => {
    const buyer = ticketsClient(
      edge(),
      await signed({ userId: hex(107), email: 'b@example.org' }, secrets.tickets),
    )
    expect(await buyer.seat('A12')).toMatchObject({ tier: 'vip', price: 120, state: 'booked' })
    const anybody = ticketsClient(edge())
    saidIn(409, said.notLocked, await buyer.lock('A12'))
    saidIn(200, said.locked, await buyer.lock('A11'))
    expect(await buyer.seat('A11')).toMatchObject({ state: 'locked', lockedBy: hex(107) })
    saidIn(
      200,
      said.released,
      await insist(() => anybody.post('/release', { seatId: 'A11', userId: hex(107) })),
    )
    const account = { email: 'buyer8@example.org', password }
    const session = await insist(() => anybody.post('/auth/login', account))
    expect(saidIn(200, said.session, session).userId).toBe(hex(108))
    const bookings = await world().store.find(oldApp, 'bookings', { eventId: gala.eventId }, { limit: 9 })
    expect(bookings).toMatchObject([
      { owner: `pool:${hex(107)}`, buyerEmail: 'buyer7@example.org', total: 12_000 },
    ])
  })
})
