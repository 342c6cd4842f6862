import { EventId, entityEventId, foreignUserId, systemPlatform } from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import { poolScope } from '../store/store.ts'
import {
  at,
  hash,
  hex,
  later,
  type Moving,
  madeAtTime,
  oid,
  oldApp,
  openMoving,
  unifiedApp,
  unifiedBooking,
  unifiedSeat,
  unifiedUser,
} from './testing.ts'

let moving: Moving
beforeEach(async () => {
  moving = await openMoving(openSqliteStore({ path: ':memory:' }))
  await moving.write('apps', [unifiedApp()])
  await moving.write('users', [unifiedUser(1), unifiedUser(2, { isActive: false })])
  await moving.write('seats', [
    unifiedSeat(1, { status: 'BOOKED', bookedBy: hex(101), bookingId: 'BK-20240501-000001' }),
    unifiedSeat(2, { status: 'BOOKED' }),
    unifiedSeat(3),
    unifiedSeat(4, { appId: oid(1), entityId: 'film', price: { $numberInt: '250' } }),
    unifiedSeat(5, { status: 'BOOKED' }),
    unifiedSeat(6, { status: 'LOCKED', lockedUntil: at }),
  ])
  await moving.write('bookings', [
    unifiedBooking(1),
    unifiedBooking(2, { userId: 'ext_app_old_u-7', paymentStatus: 'PENDING' }),
    unifiedBooking(3, { paymentStatus: 'FAILED' }),
  ])
})
afterEach(() => moving.close())

const concert = EventId.parse('concert')

const seats = async (eventId = concert) =>
  (await moving.store.find(oldApp, 'seats', { eventId }, { limit: 20 })).map((seat) => [
    ...[seat.seatId, seat.number, seat.price, seat.state, seat.blocked],
  ])

const bookings = () => moving.store.find(oldApp, 'bookings', {}, { limit: 20 })

const newCounts = ({ plan }: Awaited<ReturnType<Moving['unified']>>) => [
  plan.apps.length,
  plan.users.length,
  plan.events.filter(({ isNew }) => isNew).length,
  plan.events.flatMap((event) => event.seats).length,
  plan.sales.length,
]

test('An app of the Unified Booking Backend keeps its id, its key hash and its metadata as text', async () => {
  expect(newCounts(await moving.unified())).toEqual([1, 2, 2, 6, 3])
  expect(await moving.store.get(oldApp, 'apps', {})).toMatchObject({
    name: 'Old shop',
    domain: 'EVENT',
    allowedDomains: ['shop.example', 'https://www.shop.example'],
    paymentProvider: 'external',
    metadata: '{"plan":"gold","$gt":""}',
    createdAt: new Date(at.$date),
  })
  expect(await moving.store.find(oldApp, 'keys', {}, { limit: 9 })).toMatchObject([
    { kind: 'legacy', hash, expiresAt: null },
  ])
})

test('Users of the Unified Booking Backend keep ids and hashes, and have their addresses in small letters', async () => {
  await moving.unified()
  expect(await moving.store.find(poolScope, 'users', {}, { limit: 9 })).toMatchObject([
    { userId: hex(101), email: 'buyer1@example.org', passwordHash: hash, active: true },
    { userId: hex(102), active: false },
  ])
})

test('Users come with whatever their server took for an address, and international ones as they are compared here', async () => {
  await moving.write('users', [
    unifiedUser(1, { email: 'Ada..B@intranet ' }),
    unifiedUser(2, { email: 'Анна@Пример.рф' }),
  ])
  await moving.unified()
  expect(await moving.store.find(poolScope, 'users', {}, { limit: 9 })).toMatchObject([
    { email: 'ada..b@intranet' },
    { email: 'анна@xn--e1afmkfd.xn--p1ai' },
  ])
})

test('Sold seats of the Unified Booking Backend stay sold, to whom they were sold', async () => {
  await moving.unified()
  expect(await seats()).toEqual([
    [hex(201), 'A1', 49_950, 'BOOKED', false],
    [hex(202), 'A2', 49_950, 'BOOKED', false],
    [hex(203), 'A3', 49_950, 'AVAILABLE', false],
    // Gone without a booking: nobody may buy it.
    [hex(205), 'A5', 49_950, 'AVAILABLE', true],
    [hex(206), 'A6', 49_950, 'AVAILABLE', false],
  ])
  const sold = await bookings()
  expect(sold.map((one) => [one.bookingId, one.owner, one.paymentStatus, one.total, one.buyerEmail])).toEqual(
    [
      ['BK-20240501-000001', `pool:${hex(101)}`, 'SUCCESS', 49_950, 'buyer1@example.org'],
      ['BK-20240501-000002', 'ext:app_old:u-7', 'PENDING', 49_950, null],
      ['BK-20240501-000003', `pool:${hex(101)}`, 'FAILED', 49_950, 'buyer1@example.org'],
    ],
  )
  for (const { bookingId, grantId, paymentStatus, receipt } of sold) {
    expect(receipt).toBe(`receipt of ${bookingId}`)
    const reservation = await moving.store.get(oldApp, 'reservations', { eventId: concert, grantId })
    expect(reservation?.status).toBe(paymentStatus === 'FAILED' ? undefined : 'CONFIRMED')
  }
  expect(await moving.store.count(oldApp, 'payments', { state: 'CAPTURED' })).toBe(1)
})

test('A second import changes nothing, whatever was changed here since', async () => {
  await moving.unified()
  const { store } = moving
  await store.updateIf(oldApp, 'seats', { number: 'A3' }, { set: { price: 1 }, inc: { rev: 1 } })
  await store.updateIf(oldApp, 'seats', { number: 'A5' }, { set: { blocked: false }, inc: { rev: 1 } })
  await store.updateIf(oldApp, 'apps', {}, { set: { name: 'New name' } })
  await store.delete(oldApp, 'keys', {})
  const before = await moving.everything()
  expect(newCounts(await moving.unified())).toEqual([0, 0, 0, 0, 0])
  expect(await moving.everything()).toEqual(before)
})

test('A second import brings what is new in the files', async () => {
  await moving.unified()
  await moving.write('seats', [unifiedSeat(1), unifiedSeat(7)])
  await moving.write('bookings', [unifiedBooking(1), unifiedBooking(7)])
  expect(newCounts(await moving.unified())).toEqual([0, 0, 0, 1, 1])
  expect(await moving.store.count(oldApp, 'seats', { state: 'BOOKED' })).toBe(3)
})

test('An id that can be none here becomes the one by which the edge knows the same text', async () => {
  const entityId = 'Bus 7: Pune → Mumbai'
  const ids = ['auth0|7', 'ada@example.org', 'x'.repeat(512), '0']
  await moving.write(
    'seats',
    ids.map((_, n) => unifiedSeat(n, { entityId })),
  )
  await moving.write(
    'bookings',
    ids.map((id, n) => unifiedBooking(n, { userId: ` ext_app_old_${id} `.trimStart() })),
  )
  const { legacy } = await moving.unified()
  const eventId = await entityEventId(systemPlatform, entityId)
  expect(await moving.store.get(oldApp, 'events', { eventId })).toMatchObject({ name: entityId })
  const owners = await Promise.all(ids.map((id) => foreignUserId(systemPlatform, id)))
  expect((await bookings()).map(({ owner }) => owner)).toEqual(owners.map((id) => `ext:app_old:${id}`))
  expect(legacy.mapped.map(({ from }) => from)).toEqual([entityId, ...ids.slice(0, 3)])
})

test('The metadata of a seat is kept as it was, with its numbers, dates as text, and every key', async () => {
  const metadata = '{"row":1,"column":{"$numberInt":"2"},"__proto__":{"a":{"$numberDouble":"1.5"}},"$gt":""}'
  const line = (n: number, text: string) =>
    JSON.stringify(unifiedSeat(n, { metadata: '?' })).replace('"?"', () => text)
  await moving.writeText(
    'seats',
    `${line(1, metadata)}\n${line(2, 'null')}\n${line(3, '{"on":{"$date":{"$numberLong":"0"}}}')}\n`,
  )
  await moving.write('bookings', [])
  await moving.unified()
  const found = await moving.store.find(oldApp, 'seats', { eventId: concert }, { limit: 9 })
  expect(found.map((seat) => seat.metadata)).toEqual([
    '{"row":1,"column":2,"__proto__":{"a":1.5},"$gt":""}',
    null,
    '{"on":"1970-01-01T00:00:00.000Z"}',
  ])
})

test('Canonical and relaxed Extended JSON, byte order marks, CRLF and odd line ends in a text say the same', async () => {
  await moving.unified()
  const relaxed = await bookings()
  const canonical = unifiedBooking(8, {
    seatId: oid(201),
    amount: { $numberDecimal: '499.50' },
    createdAt: { $date: { $numberLong: String(Date.parse(at.$date)) } },
  })
  const odd = 'Zoë\u2028\u0085 Ünal'
  const other = await openMoving(openSqliteStore({ path: ':memory:' }))
  try {
    await other.write('apps', [unifiedApp()])
    await other.writeText(
      'users',
      `\ufeff${JSON.stringify(unifiedUser(1))}\r\n\ufeff${JSON.stringify(unifiedUser(2, { name: odd }))}\r\n`,
    )
    await other.write('seats', [unifiedSeat(1, { price: { $numberDouble: '499.5' } })])
    await other.write('bookings', [canonical])
    await other.unified()
    const [found] = await other.store.find(oldApp, 'bookings', {}, { limit: 9 })
    const { total, createdAt, buyerEmail } = relaxed[0] ?? {}
    expect(found).toMatchObject({ total, createdAt, buyerEmail })
    const users = await other.store.find(poolScope, 'users', {}, { limit: 9 })
    expect(users.map(({ name }) => name)).toEqual(['Buyer 1', odd])
  } finally {
    await other.close()
  }
})

test('Allowed domains are kept as an Origin can be equal to them, and the others are told', async () => {
  const allowedDomains = [
    'http://localhost:3000/',
    'Shop.Example',
    'shop.example',
    '*',
    '*.example.com',
    'shop.example/book',
  ]
  await moving.write('apps', [unifiedApp({ allowedDomains })])
  const { warnings } = await moving.unified()
  expect((await moving.store.get(oldApp, 'apps', {}))?.allowedDomains).toEqual([
    'http://localhost:3000',
    'shop.example',
    '*',
  ])
  expect(warnings).toEqual([
    expect.stringMatching(
      /apps\.json, line 1: allowedDomains: "\*\.example\.com" is left out: .*name each origin/,
    ),
    expect.stringMatching(/"shop\.example\/book" is left out: it has a path/),
  ])
})

test('An imported app is paid as the operator says, at the account that they name', async () => {
  await moving.unified({ payment: { paymentProvider: 'razorpay', paymentAccount: 'concerts' } })
  const app = await moving.store.get(oldApp, 'apps', {})
  expect(app).toMatchObject({ paymentProvider: 'razorpay', paymentAccount: 'concerts' })
})

test('A document that does not say when it was made has the time of its ObjectId', async () => {
  await moving.write('users', [unifiedUser(1, { createdAt: undefined })])
  await moving.write('bookings', [unifiedBooking(1, { createdAt: undefined })])
  await moving.unified()
  expect((await moving.store.find(poolScope, 'users', {}, { limit: 1 }))[0]?.createdAt).toEqual(madeAtTime)
  expect((await bookings())[0]?.createdAt).toEqual(madeAtTime)
})

test('What is odd and no fault is told: a missing file, an unknown buyer, another domain, a weak hash, no key', async () => {
  await moving.write('apps', [unifiedApp({ apiKeyHash: null })])
  await moving.write('users', [unifiedUser(3, { password: hash.replace('10', '08') })])
  await moving.write('seats', [unifiedSeat(1, { domain: 'BUS' })])
  await moving.write('bookings', [unifiedBooking(1)])
  expect((await moving.unified()).warnings.map((line) => line.replace(moving.folder, ''))).toEqual([
    '/apps.json, line 1: apiKeyHash: is missing: the app gets no key',
    '/users.json, line 1: password: its hash has a cost below 10: whoever gets hold of it guesses faster, so have its owner choose another',
    '/seats.json, line 1: domain: is not that of its app, which counts: EVENT',
    '/bookings.json, line 1: userId: is of no account in users.json: the booking has no name and no address',
  ])
})

const twice = [
  unifiedBooking(2, { bookingId: 'BK-20240502-LATER0', createdAt: later, userId: 'ext_app_old_u-7' }),
  unifiedBooking(2),
]

test('A seat that was sold twice refuses the import and names both bookings with their buyers', async () => {
  await moving.write('bookings', twice)
  const refusal = String(await moving.unified().catch((error: unknown) => error))
  expect(refusal).toMatch(
    /the seat "A2" of "concert" is sold 2 times: choose --resolve first or --resolve none/,
  )
  expect(refusal).toMatch(/line 2: BK-20240501-000002 .* bought by "Buyer 1" "buyer1@example.org"/)
  expect(refusal).toMatch(
    /line 1: BK-20240502-LATER0 .* 499\.5 INR, SUCCESS by pay_2, bought by "ext_app_old_u-7"/,
  )
  expect(await moving.everything()).toEqual([])
})

test('Of two bookings of one seat the first that was made can be brought in, and the other is told', async () => {
  await moving.write('bookings', twice)
  const { legacy } = await moving.unified({ resolution: 'first' })
  expect(legacy.leftOut.map(({ bookingId }) => bookingId)).toEqual(['BK-20240502-LATER0'])
  expect((await bookings()).map(({ bookingId }) => bookingId)).toEqual(['BK-20240501-000002'])
  expect((await seats())[1]).toEqual([hex(202), 'A2', 49_950, 'BOOKED', false])
})

test('Of two bookings of one seat none can be brought in, and the seat is for nobody to buy', async () => {
  await moving.write('seats', [unifiedSeat(2, { status: 'AVAILABLE' })])
  await moving.write('bookings', twice)
  const { legacy } = await moving.unified({ resolution: 'none' })
  expect(legacy.leftOut).toHaveLength(2)
  expect(await bookings()).toEqual([])
  expect(await seats()).toEqual([[hex(202), 'A2', 49_950, 'AVAILABLE', true]])
})

test('A failed booking beside another of its seat is no conflict', async () => {
  await moving.write('bookings', [
    unifiedBooking(2, { bookingId: 'BK-X', paymentStatus: 'FAILED' }),
    unifiedBooking(2),
  ])
  await moving.unified()
  expect(await bookings()).toHaveLength(2)
})
