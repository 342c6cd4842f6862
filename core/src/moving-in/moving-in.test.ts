import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppId, EventId, systemPlatform } from '@holdfast/contract'
import { hashSync } from 'bcryptjs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import { type Entry, poolScope, type Store } from '../store/store.ts'
import { LegacyError } from './legacy.ts'
import { type MovedIn, moveIn } from './move-in.ts'
import { readTickets } from './tickets.ts'
import { readUnified } from './unified.ts'

let folder: string
let store: Store
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-moving-in-'))
  store = openSqliteStore({ path: ':memory:' })
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const oid = (n: number) => ({ $oid: n.toString(16).padStart(24, '0') })
const at = { $date: '2024-05-01T10:00:00.000Z' }
const hash = hashSync('a key of thirty-two bytes or more!', 4)

const write = (name: string, docs: readonly object[]) =>
  writeFile(join(folder, `${name}.json`), docs.map((doc) => `${JSON.stringify(doc)}\n`).join(''))

const app = () => ({
  _id: oid(1),
  appId: 'app_old',
  name: 'Old shop',
  domain: 'EVENT',
  allowedDomains: ['shop.example', 'https://www.shop.example'],
  apiKeyHash: hash,
  isActive: true,
  metadata: { plan: 'gold', $gt: '' },
  createdAt: at,
  updatedAt: at,
})
const user = (n: number, fields: object = {}) => ({
  _id: oid(100 + n),
  email: `Buyer${n}@Example.org`,
  name: `Buyer ${n}`,
  password: hash,
  createdAt: at,
  ...fields,
})
const seat = (n: number, fields: object = {}) => ({
  _id: oid(200 + n),
  appId: 'app_old',
  entityId: 'concert',
  seatNumber: `A${n}`,
  price: 499.5,
  status: 'AVAILABLE',
  ...fields,
})
const booking = (n: number, fields: object = {}) => ({
  _id: oid(300 + n),
  bookingId: `BK-20240501-00000${n}`,
  appId: oid(1),
  userId: oid(101),
  seatId: oid(200 + n),
  amount: { $numberDecimal: '499.50' },
  paymentStatus: 'SUCCESS',
  paymentId: `pay_${n}`,
  createdAt: at,
  ...fields,
})

async function unifiedFiles(): Promise<void> {
  await write('apps', [app()])
  await write('users', [user(1), user(2, { isActive: false })])
  await write('seats', [
    seat(1, { status: 'BOOKED' }),
    seat(2, { status: 'BOOKED' }),
    seat(3),
    seat(4, { appId: oid(1), entityId: 'film', price: { $numberInt: '250' } }),
    seat(5, { status: 'BOOKED' }),
    seat(6, { status: 'LOCKED', lockedUntil: at }),
  ])
  await write('bookings', [
    booking(1),
    booking(2, { userId: 'ext_app_old_u-7', paymentStatus: 'PENDING' }),
    booking(3, { paymentStatus: 'FAILED' }),
  ])
}

const receipts = { sign: async ({ bookingId }: { bookingId: string }) => `receipt of ${bookingId}` }
const progress = () => () => {}

const move = async (): Promise<MovedIn> =>
  moveIn(
    { store, platform: systemPlatform, receipts },
    await readUnified(folder, { currency: 'INR' }),
    progress,
  )

async function everything(): Promise<Entry[]> {
  const all: Entry[] = []
  // All but which format the store has.
  for await (const entry of store.snapshot()) if (entry.collection !== 'meta') all.push(entry)
  return all
}

const appId = AppId.parse('app_old')
const concert = EventId.parse('concert')
const hex = (n: number) => oid(n).$oid

describe('the files of the Unified Booking Backend', () => {
  test('keep ids and hashes, domains as they were, and metadata as text', async () => {
    await unifiedFiles()
    expect(await move()).toEqual({ apps: 1, users: 2, events: 2, seats: 6, bookings: 3 })
    expect(await store.get(appId, 'apps', {})).toMatchObject({
      name: 'Old shop',
      domain: 'EVENT',
      allowedDomains: ['shop.example', 'https://www.shop.example'],
      metadata: '{"plan":"gold","$gt":""}',
      createdAt: new Date(at.$date),
    })
    expect(await store.find(appId, 'keys', {}, { limit: 9 })).toMatchObject([
      { kind: 'legacy', hash, expiresAt: null },
    ])
    expect(await store.find(poolScope, 'users', {}, { limit: 9 })).toMatchObject([
      { userId: hex(101), email: 'buyer1@example.org', passwordHash: hash, active: true },
      { userId: hex(102), active: false },
    ])
  })

  test('keep sold seats sold, to whom they were sold', async () => {
    await unifiedFiles()
    await move()
    const seats = await store.find(appId, 'seats', { eventId: concert }, { limit: 9 })
    expect(
      seats.map(({ seatId, number, price, state, blocked }) => [seatId, number, price, state, blocked]),
    ).toEqual([
      [hex(201), 'A1', 49_950, 'BOOKED', false],
      [hex(202), 'A2', 49_950, 'BOOKED', false],
      [hex(203), 'A3', 49_950, 'AVAILABLE', false],
      // Gone without a booking: nobody may buy it.
      [hex(205), 'A5', 49_950, 'AVAILABLE', true],
      [hex(206), 'A6', 49_950, 'AVAILABLE', false],
    ])
    const bookings = await store.find(appId, 'bookings', {}, { limit: 9 })
    expect(
      bookings.map((one) => [one.bookingId, one.owner, one.paymentStatus, one.total, one.buyerEmail]),
    ).toEqual([
      ['BK-20240501-000001', `pool:${hex(101)}`, 'SUCCESS', 49_950, 'buyer1@example.org'],
      ['BK-20240501-000002', 'ext:app_old:u-7', 'PENDING', 49_950, null],
      ['BK-20240501-000003', `pool:${hex(101)}`, 'FAILED', 49_950, 'buyer1@example.org'],
    ])
    for (const { bookingId, grantId, paymentStatus, receipt } of bookings) {
      expect(receipt).toBe(`receipt of ${bookingId}`)
      const reservation = await store.get(appId, 'reservations', { eventId: concert, grantId })
      expect(reservation?.status).toBe(paymentStatus === 'FAILED' ? undefined : 'CONFIRMED')
    }
    expect(await store.count(appId, 'payments', { state: 'CAPTURED' })).toBe(1)
  })

  test('change nothing the second time, whatever was changed here since', async () => {
    await unifiedFiles()
    await move()
    await store.updateIf(appId, 'seats', { number: 'A3' }, { set: { price: 1 }, inc: { rev: 1 } })
    await store.updateIf(appId, 'seats', { number: 'A5' }, { set: { blocked: false }, inc: { rev: 1 } })
    await store.updateIf(appId, 'apps', {}, { set: { name: 'New name' } })
    await store.delete(appId, 'keys', {})
    const before = await everything()
    expect(await move()).toEqual({ apps: 0, users: 0, events: 0, seats: 0, bookings: 0 })
    expect(await everything()).toEqual(before)
  })

  test('bring what is new the second time', async () => {
    await unifiedFiles()
    await move()
    await write('seats', [seat(1), seat(7)])
    await write('bookings', [booking(1), booking(7)])
    expect(await move()).toEqual({ apps: 0, users: 0, events: 0, seats: 1, bookings: 1 })
    expect(await store.count(appId, 'seats', { state: 'BOOKED' })).toBe(3)
  })

  test('never take a seat from who bought it here', async () => {
    await unifiedFiles()
    await move()
    await store.updateIf(appId, 'seats', { number: 'A3' }, { set: { state: 'BOOKED' }, inc: { rev: 1 } })
    await write('bookings', [booking(3, { bookingId: 'BK-20240501-00000X' })])
    await expect(move()).rejects.toThrow(/A?.*is sold to somebody else here/)
    expect(await store.count(appId, 'bookings', { bookingId: 'BK-20240501-00000X' as never })).toBe(0)
  })

  test.each<[string, () => Promise<void>, RegExp]>([
    ['no apps', () => write('apps', []), /no apps\.json/],
    ['no JSON', () => writeFile(join(folder, 'seats.json'), '[\n'), /seats\.json, line 1: is no JSON/],
    [
      'a seat without an event',
      () => write('seats', [seat(1), seat(2, { entityId: 7 })]),
      /seats\.json, line 2: .*entityId/s,
    ],
    [
      'a seat of an app that is not there',
      () => write('seats', [seat(1, { appId: 'app_x' })]),
      /no app app_x/,
    ],
    [
      'a booking of a seat that is not there',
      () => write('bookings', [booking(9)]),
      /no seat .*BK-20240501-000009/,
    ],
    ['an operator for an id', () => write('users', [user(1, { _id: { $gt: '' } })]), /users\.json, line 1/],
    ['a price with too many digits', () => write('seats', [seat(1, { price: 1.005 })]), /no amount of INR/],
    ['a password that is no hash', () => write('users', [user(1, { password: 'hunter2' })]), /bcrypt/],
  ])('with %s are refused, and nothing is written', async (_, spoil, message) => {
    await unifiedFiles()
    await write('bookings', [])
    await spoil()
    const refusal = await move().catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(LegacyError)
    expect(String(refusal)).toMatch(message)
    expect(String(refusal)).not.toContain('hunter2')
    expect(await everything()).toEqual([])
  })
})

describe('the files of TicketS', () => {
  const place = { appId, eventId: concert, currency: 'USD' }
  const moveTickets = async () =>
    moveIn({ store, platform: systemPlatform, receipts }, await readTickets(folder, place), progress)

  beforeEach(async () => {
    await unifiedFiles()
    await write('seats', [])
    await write('bookings', [])
    await move()
    await write('users', [user(7)])
    await write('seats', [
      { _id: oid(1), id: 'A-1', row: 'A', number: 1, tier: 'gold', price: 120, status: 'available' },
      {
        _id: oid(2),
        id: 'A-2',
        row: 'A',
        number: 2,
        tier: 'gold',
        price: 120,
        status: 'booked',
        bookedBy: oid(107),
        txId: 'tx_9',
        bookedAt: at,
      },
      { _id: oid(3), id: 'A-3', row: 'A', number: 3, tier: 'gold', price: 120, status: 'booked' },
    ])
  })

  test('become an event of an app that is there', async () => {
    expect(await moveTickets()).toEqual({ apps: 0, users: 1, events: 1, seats: 3, bookings: 1 })
    const seats = await store.find(appId, 'seats', {}, { limit: 9 })
    expect(
      seats.map(({ seatId, row, number, category, price, state, blocked }) => [
        seatId,
        row,
        number,
        category,
        price,
        state,
        blocked,
      ]),
    ).toEqual([
      ['A-1', 'A', '1', 'gold', 12_000, 'AVAILABLE', false],
      ['A-2', 'A', '2', 'gold', 12_000, 'BOOKED', false],
      ['A-3', 'A', '3', 'gold', 12_000, 'AVAILABLE', true],
    ])
    expect(await store.find(appId, 'bookings', {}, { limit: 9 })).toMatchObject([
      { bookingId: 'TK-A-2', owner: `pool:${hex(107)}`, paymentId: 'tx_9', buyerEmail: 'buyer7@example.org' },
    ])
    const before = await everything()
    expect(await moveTickets()).toEqual({ apps: 0, users: 0, events: 0, seats: 0, bookings: 0 })
    expect(await everything()).toEqual(before)
  })

  test('need the app first', async () => {
    const nowhere = { ...place, appId: AppId.parse('app_none') }
    const legacy = await readTickets(folder, nowhere)
    await expect(moveIn({ store, platform: systemPlatform, receipts }, legacy, progress)).rejects.toThrow(
      /no app app_none: create it first/,
    )
  })
})
