import { AppId, principal } from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import { poolScope } from '../store/store.ts'
import {
  at,
  gala,
  hash,
  hex,
  type Moving,
  madeAtTime,
  oid,
  oldApp,
  openMoving,
  ticketsSeat,
  ticketsUser,
  unifiedApp,
} from './testing.ts'

const booked = (userId: unknown) => ({ status: 'booked', userId, version: 1 })

let moving: Moving
beforeEach(async () => {
  moving = await openMoving(openSqliteStore({ path: ':memory:' }))
  await moving.write('apps', [unifiedApp()])
  await moving.unified()
  await moving.write('users', [ticketsUser(7)])
  await moving.write('seats', [
    ticketsSeat(1),
    ticketsSeat(2, booked(hex(107))),
    ticketsSeat(3, booked(null)),
    ticketsSeat(4, booked(499)),
    ticketsSeat(5, { status: 'locked', userId: hex(107), tier: 'standard' }),
  ])
})
afterEach(() => moving.close())

const bookings = () => moving.store.find(oldApp, 'bookings', {}, { limit: 20 })

test('The seats of TicketS become an event of an app that is there, in minor units and with their tiers', async () => {
  await moving.tickets()
  const seats = await moving.store.find(oldApp, 'seats', {}, { limit: 9 })
  expect(
    seats.map((seat) => [
      seat.seatId,
      seat.row,
      seat.number,
      seat.category,
      seat.price,
      seat.state,
      seat.blocked,
    ]),
  ).toEqual([
    ['A1', 'A', '1', 'vip', 12_000, 'AVAILABLE', false],
    ['A2', 'A', '2', 'vip', 12_000, 'BOOKED', false],
    ['A3', 'A', '3', 'vip', 12_000, 'AVAILABLE', true],
    ['A4', 'A', '4', 'vip', 12_000, 'BOOKED', false],
    ['A5', 'A', '5', 'standard', 12_000, 'AVAILABLE', false],
  ])
})

test('A booked seat of TicketS with a userId is a booking of that user, whose address is known by the account', async () => {
  const { warnings } = await moving.tickets()
  expect(await bookings()).toMatchObject([
    {
      bookingId: 'TK-A2',
      owner: `pool:${hex(107)}`,
      paymentStatus: 'SUCCESS',
      buyerEmail: 'buyer7@example.org',
    },
    { bookingId: 'TK-A4', owner: 'pool:499', total: 12_000, buyerEmail: null },
  ])
  expect(warnings).toEqual([expect.stringMatching(/line 4: userId: is of no account in users\.json/)])
})

test('Users of TicketS keep their id and the hash of their password', async () => {
  await moving.tickets()
  expect(await moving.store.find(poolScope, 'users', {}, { limit: 9 })).toMatchObject([
    {
      userId: hex(107),
      email: 'buyer7@example.org',
      passwordHash: hash,
      phone: '+911234567890',
      name: 'buyer7',
    },
  ])
})

test('A booking of TicketS was made no earlier than its seat and than the account of its buyer', async () => {
  await moving.tickets()
  expect((await bookings()).map(({ createdAt }) => createdAt)).toEqual([new Date(at.$date), madeAtTime])
})

test('Seats that tell no time were sold until now, and a second import makes no other bookings of them', async () => {
  await moving.write('seats', [ticketsSeat(1, { _id: 'seat-1', ...booked(0) })])
  await moving.tickets()
  expect(await bookings()).toMatchObject([{ owner: principal.pool('0'), createdAt: new Date('2026-01-01') }])
  const before = await moving.everything()
  await moving.tickets()
  expect(await moving.everything()).toEqual(before)
})

test('A seat id that is too long to be in the id of a booking is in it as its digest', async () => {
  const long = 'A'.repeat(64)
  await moving.write('seats', [ticketsSeat(1, { seatId: long, ...booked('1') })])
  await moving.tickets()
  expect(await bookings()).toMatchObject([
    { bookingId: expect.stringMatching(/^TK-[0-9A-Za-z]{22}$/), seats: [{ id: long }] },
  ])
})

test('An import of TicketS into an app that is not there is refused with what to do, beside every other fault', async () => {
  await moving.write('seats', [ticketsSeat(1, { price: '12.345' })])
  const refusal = String(
    await moving.tickets({ appId: AppId.parse('app_none') }).catch((error: unknown) => error),
  )
  expect(refusal).toMatch(/there are 2 faults/)
  expect(refusal).toMatch(/--app app_none: there is no such app here: create it first/)
  expect(refusal).toMatch(/seats\.json, line 1: price: is no amount of USD/)
})

test('Seats of TicketS with a userId that can be no user, or twice in the file, are refused line by line', async () => {
  await moving.write('seats', [
    ...[-1, 1.5, 1e21, true, { $gt: '' }].map((userId, n) => ticketsSeat(n, booked(userId))),
    ticketsSeat(5, booked('  ')),
    ticketsSeat(6, booked('a b')),
    ticketsSeat(0, { status: 'sold', seatId: 'A 1' }),
    ticketsSeat(9),
    ticketsSeat(9, { _id: oid(1) }),
  ])
  const refusal = String(await moving.tickets().catch((error: unknown) => error))
  expect(refusal).toMatch(/seats\.json, lines 1, 2, 3, 4, 5: userId: must be text, or a whole number from 0/)
  expect(refusal).toMatch(/line 6: userId: must not be empty/)
  expect(refusal).toMatch(/line 7: userId: must be 1 to 64 characters/)
  expect(refusal).toMatch(/line 8: seatId: must be 1 to 64 characters/)
  expect(refusal).toMatch(/line 8: status: must be one of available, locked, booked/)
  expect(refusal).toMatch(/line 10: seatId: is that of line 9 too: one place is one seat, take one out/)
  expect(await moving.store.count(gala.appId, 'seats', {})).toBe(0)
})
