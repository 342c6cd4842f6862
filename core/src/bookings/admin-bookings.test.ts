import { AdminBookingPage, AdminBookingsQuery, AppId, BookingId, EventId } from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cursorOf } from '../cursor.ts'
import type { BookingDoc } from '../store/schema.ts'
import { openSqliteStore } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { grantId, owner } from '../testing.ts'
import { listAllBookings } from './admin-bookings.ts'

let store: Store
beforeEach(() => {
  store = openSqliteStore({ path: ':memory:' })
})
afterEach(() => store.close())

const [one, two] = [AppId.parse('app_one'), AppId.parse('app_two')]
const noonMs = Date.UTC(2026, 10, 23, 12)
let made = 0

/** Books, a minute after the last one. */
async function book(changes: Partial<BookingDoc> = {}): Promise<BookingId> {
  made += 1
  const appId = changes.appId ?? one
  const bookingId = BookingId.parse(`BK-${made}`)
  const createdAt = changes.createdAt ?? new Date(noonMs + made * 60_000)
  await store.insert(appId, 'bookings', {
    appId,
    domain: 'EVENT',
    bookingId,
    eventId: EventId.parse('theatre'),
    grantId: grantId(made),
    owner: owner(1),
    soldTo: null,
    buyerName: null,
    buyerEmail: null,
    status: 'CONFIRMED',
    paymentStatus: 'SUCCESS',
    provider: 'simulated',
    account: 'default',
    paymentId: null,
    seats: [{ id: 'A-1' as never, price: 4500 }],
    cancelled: [],
    cancellations: 0,
    total: 4500,
    retained: changes.total ?? 4500,
    currency: 'EUR',
    terms: { charges: [], cancellation: null, startsAt: null },
    receipt: 'a.b.c',
    cursor: cursorOf(createdAt, bookingId),
    createdAt,
    ...changes,
  })
  return bookingId
}
beforeEach(() => {
  made = 0
})

const list = async (query: object = {}) => {
  const page = await listAllBookings({ store }, AdminBookingsQuery.parse(query))
  expect(AdminBookingPage.parse(page)).toEqual(page)
  return page
}
const idsOf = async (query: object) => (await list(query)).bookings.map(({ id }) => id)

describe('the admin’s list of bookings', () => {
  test('is of all apps, newest first, with the buyer and without the receipt', async () => {
    const first = await book()
    const second = await book({ appId: two, domain: 'BUS', buyerName: 'Ada', buyerEmail: 'ada@example.org' })
    const { bookings } = await list()
    expect(bookings.map(({ id }) => id)).toEqual([second, first])
    expect(bookings[0]).toMatchObject({
      ...{ app: two, domain: 'BUS', owner: owner(1), status: 'confirmed', total: 4500 },
      buyer: { name: 'Ada', email: 'ada@example.org' },
    })
    expect(bookings[1]?.buyer).toEqual({ name: null, email: null })
    expect(JSON.stringify(bookings)).not.toContain('a.b.c')
  })

  test('goes by every filter, and by several at once', async () => {
    const plain = await book()
    const other = await book({ appId: two })
    const bus = await book({ domain: 'BUS' })
    const cancelled = await book({ status: 'CANCELLED' })
    const pending = await book({ paymentStatus: 'PENDING' })
    const film = await book({ eventId: EventId.parse('film') })
    const bobs = await book({ owner: owner(2) })
    const all = [bobs, film, pending, cancelled, bus, other, plain]
    expect(await idsOf({})).toEqual(all)
    expect(await idsOf({ app: two })).toEqual([other])
    expect(await idsOf({ domain: 'BUS' })).toEqual([bus])
    expect(await idsOf({ status: 'cancelled' })).toEqual([cancelled])
    expect(await idsOf({ status: 'confirmed' })).toEqual(all.filter((id) => id !== cancelled))
    expect(await idsOf({ payment: 'PENDING' })).toEqual([pending])
    expect(await idsOf({ app: one, event: 'film' })).toEqual([film])
    expect(await idsOf({ app: two, event: 'film' })).toEqual([])
    expect(await idsOf({ owner: owner(2) })).toEqual([bobs])
    expect(await idsOf({ app: one, domain: 'EVENT', status: 'confirmed', payment: 'SUCCESS' })).toEqual([
      bobs,
      film,
      plain,
    ])
  })

  test('goes by a range of time that has its beginning and not its end', async () => {
    const ids = [await book(), await book(), await book()]
    const at = (minutes: number) => new Date(noonMs + minutes * 60_000).toISOString()
    expect(await idsOf({ from: at(2) })).toEqual([ids[2], ids[1]])
    expect(await idsOf({ to: at(2) })).toEqual([ids[0]])
    expect(await idsOf({ from: at(1), to: at(3) })).toEqual([ids[1], ids[0]])
    expect(await idsOf({ from: at(3), to: at(1) })).toEqual([])
    expect(await idsOf({ from: '2026-11-23T13:03:00+01:00' })).toEqual([ids[2]])
  })

  test('comes in pages that name each booking once, within a range too', async () => {
    for (let i = 0; i < 7; i++) await book(i % 2 === 0 ? { createdAt: new Date(noonMs + 240_000) } : {})
    const range = { from: new Date(noonMs).toISOString(), to: new Date(noonMs + 86_400_000).toISOString() }
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await list({ ...range, limit: 2, ...(cursor && { cursor }) })
      expect(page.statistics.bookings).toBe(7)
      seen.push(...page.bookings.map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(new Set(seen).size).toBe(7)
    expect(seen).toHaveLength(7)
  })

  test.each([
    [{ event: 'theatre' }],
    [{ app: 'a b' }],
    [{ app: { $gt: '' } }],
    [{ status: 'CONFIRMED' }],
    [{ owner: 'ada' }],
    [{ from: 'yesterday' }],
    [{ from: '2026-11-23' }],
    [{ limit: '0' }],
    [{ limit: '101' }],
    [{ app: 'a b' }],
    [{ cursor: "'; drop" }],
  ])('refuses the query %o', (query) => {
    expect(AdminBookingsQuery.safeParse(query).success).toBe(false)
  })
})

describe('the numbers beside it', () => {
  test('are of everything that the filter matches, whichever page is asked for', async () => {
    await book()
    await book({ total: 100 })
    await book({ currency: 'JPY', total: 9_000 })
    await book({ appId: two, total: 7 })
    await book({ paymentStatus: 'PENDING', total: 1_000 })
    await book({ paymentStatus: 'FAILED', total: 1_000 })
    await book({ status: 'CANCELLED', total: 1_000, retained: 0 })
    expect((await list({ limit: 1 })).statistics).toEqual({
      bookings: 7,
      byStatus: { confirmed: 6, cancelled: 1 },
      byPayment: { PENDING: 1, SUCCESS: 5, FAILED: 1 },
      revenue: [
        { currency: 'EUR', amount: 4_607, bookings: 3 },
        { currency: 'JPY', amount: 9_000, bookings: 1 },
      ],
    })
    expect((await list({ app: two })).statistics.revenue).toEqual([
      { currency: 'EUR', amount: 7, bookings: 1 },
    ])
    const from = new Date(noonMs + 2 * 60_000).toISOString()
    const to = new Date(noonMs + 3 * 60_000).toISOString()
    expect((await list({ from, to })).statistics).toMatchObject({
      bookings: 1,
      revenue: [{ currency: 'EUR', amount: 100, bookings: 1 }],
    })
  })

  test('of nothing are zeros', async () => {
    expect((await list()).statistics).toEqual({
      bookings: 0,
      byStatus: { confirmed: 0, cancelled: 0 },
      byPayment: { PENDING: 0, SUCCESS: 0, FAILED: 0 },
      revenue: [],
    })
  })

  test('take no booking into memory that is not on the page', async () => {
    for (let i = 0; i < 5; i++) await book()
    const limits: number[] = []
    const watched: Pick<Store, 'find' | 'total'> = {
      total: store.total,
      find: (scope, name, filter, options) => {
        limits.push(options.limit)
        return store.find(scope, name, filter, options)
      },
    }
    await listAllBookings({ store: watched }, AdminBookingsQuery.parse({ limit: 2 }))
    expect(limits).toEqual([3])
  })
})
