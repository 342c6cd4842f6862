import { type KeyKind, SeatId, systemPlatform } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { cancelBooking } from '../../../core/src/bookings/cancel-booking.ts'
import { confirmHold } from '../../../core/src/bookings/confirm-hold.ts'
import { counting, type World, worldsOn } from '../../../core/src/bookings/testing.ts'
import { failBooking } from '../../../core/src/payments/record-state.ts'
import { openSqliteStore } from '../../../core/src/store/sqlite.ts'
import { grantId, owner } from '../../../core/src/testing.ts'

const [home, elsewhere] = ['203.0.113.7', '2001:db8:1:2::/64']
const dayMs = 86_400_000

interface Ask {
  /** The number of the hold, and of its owner when nobody else is named. */
  readonly n: number
  readonly seats: readonly number[]
  readonly by?: number
  readonly price?: number
  readonly client?: string | undefined
  readonly kind?: KeyKind
  readonly key?: string
}

/** Confirms as a page does that has no name and pays nothing, and gives the code or the status of the answer. */
async function book(w: World, ask: Ask): Promise<string> {
  const { n, seats, by = n, price = 0, client = home, kind = 'publishable', key = `key-${n}` } = ask
  const priced = seats.map((seat) => ({ id: SeatId.parse(`A-${seat}`), price }))
  const until = w.core.platform.now() + 600_000
  const command = {
    idempotencyKey: key,
    pin: { word: 'pinned' as const, seats: priced, currency: 'EUR', until },
    ...(price > 0 && { payment: { id: `pay_${n}` as never } }),
    ...(kind === 'publishable' && { client }),
  }
  const grant = { appId: w.appId, eventId: w.eventId, grantId: grantId(n), owner: owner(by) }
  const said = { kind, externalUser: undefined, requestId: `req_${n}`, fingerprint: String(n) }
  const deadlineMs = w.core.platform.now() + 120_000
  const call = { ...grant, ...said, command, deadlineMs }
  try {
    const answer = await confirmHold({ ...w.core, poke: () => {} }, call)
    const body = JSON.parse(answer.body)
    return String(body.code ?? body.status)
  } catch (error) {
    return String((error as { code?: string }).code ?? error)
  }
}

const booked = ({ core, appId, eventId }: World) =>
  core.store.count(appId, 'seats', { eventId, state: 'BOOKED' })

const tally = (answers: readonly string[]) =>
  Object.fromEntries([...Map.groupBy(answers, (one) => one)].map(([code, all]) => [code, all.length]))

describe('M4: an event whose seats cost nothing', () => {
  const make = worldsOn(async () => openSqliteStore({ path: ':memory:' }))
  const allow = async (w: World, freeSeatsPerDay: number) => {
    const rateLimits = { userPerSecond: 1, clientPerSecond: 1, appPerSecond: 1, unpaidOrdersPerHour: 1 }
    const set = { rateLimits: { ...rateLimits, freeSeatsPerDay } }
    await w.core.store.updateIf(w.appId, 'apps', {}, { set })
  }
  const each = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)

  test('is not booked out from one address under new names, also when all of them confirm at once', async () => {
    const w = await make()
    await allow(w, 8)
    const answers = await Promise.all(each(1, 12).map((n) => book(w, { n, seats: [n] })))
    expect(tally(answers)).toEqual({ confirmed: 8, buyer_limit: 4 })
    expect(await booked(w)).toBe(8)
    // Others are not kept out by it, nor is a server that speaks for its buyers.
    expect(await book(w, { n: 13, seats: [13], client: elsewhere })).toBe('confirmed')
    expect(await book(w, { n: 14, seats: [14], kind: 'secret' })).toBe('confirmed')
  })

  test('lets an address book again a day after its first booking, and keeps a digest of it only', async () => {
    let aheadMs = 0
    const w = await make({ platform: { ...systemPlatform, now: () => systemPlatform.now() + aheadMs } })
    await allow(w, 2)
    const ask = (n: number) => book(w, { n, seats: [n] })
    expect([await ask(1), await ask(2), await ask(3)]).toEqual(['confirmed', 'confirmed', 'buyer_limit'])
    aheadMs = dayMs - 60_000
    expect(await ask(3)).toBe('buyer_limit')
    aheadMs = dayMs + 60_000
    // Nothing was decided against the hold, so it is sold when there is room.
    expect(await ask(3)).toBe('confirmed')
    const kept = await w.core.store.find(w.appId, 'tallies', {}, { limit: 9 })
    expect(JSON.stringify(kept)).not.toContain(home)
    await w.core.store.purgeExpired(new Date(w.core.platform.now() + dayMs))
    expect(await w.core.store.count(w.appId, 'tallies', { subject: { gt: 'A', lt: 'Z' } })).toBe(0)
  })

  test('gives one owner so many seats, counts a repeat once, and gives room back for what is cancelled', async () => {
    const w = await make()
    expect(await book(w, { n: 1, by: 1, seats: each(1, 6) })).toBe('confirmed')
    for (const key of ['key-1', 'key-1', 'another']) {
      expect(await book(w, { n: 1, by: 1, seats: each(1, 6), key })).toBe('confirmed')
    }
    const more = (n: number) => book(w, { n, by: 1, seats: each(7, 11), client: `198.51.100.${n}` })
    expect(await more(2)).toBe('buyer_limit')
    const [booking] = await w.core.store.find(w.appId, 'bookings', {}, { limit: 1 })
    const asked = {
      appId: w.appId,
      owner: null,
      kind: 'secret',
      bookingId: String(booking?.bookingId),
    } as const
    const cancel = { request: { seats: ['A-1'] as never }, idempotencyKey: 'c', fingerprint: 'c' }
    await cancelBooking(w.core, { ...asked, ...cancel, deadlineMs: w.core.platform.now() + 60_000 })
    expect(await more(3)).toBe('confirmed')
    expect(await book(w, { n: 4, by: 1, seats: [12], client: elsewhere })).toBe('buyer_limit')
    // A server has no address, and its users are owners all the same.
    expect(await book(w, { n: 5, by: 1, seats: [12], kind: 'secret' })).toBe('buyer_limit')
    expect(await book(w, { n: 6, by: 2, seats: [12] })).toBe('confirmed')
  })

  test('does not give one owner more by two confirms at once', async () => {
    const w = await make()
    const answers = await Promise.all([
      book(w, { n: 1, by: 1, seats: each(1, 6) }),
      book(w, { n: 2, by: 1, seats: each(7, 12) }),
    ])
    expect(tally(answers)).toEqual({ confirmed: 1, buyer_limit: 1 })
    expect(await booked(w)).toBe(6)
  })
})

describe('M4: an event that says how many seats one owner may have booked', () => {
  const make = worldsOn(async () => openSqliteStore({ path: ':memory:' }))
  const limited = async (overrides: Parameters<typeof make>[0] = {}) => {
    const w = await make(overrides)
    await w.core.store.updateIf(w.appId, 'events', {}, { set: { seatsBookedPerOwner: 3 } })
    return w
  }
  const price = 4500

  test('refuses more before anybody is asked for money, and counts what was booked before it said so', async () => {
    const w = await make()
    expect(await book(w, { n: 1, by: 1, seats: [1, 2], price })).toBe('confirmed')
    await w.core.store.updateIf(w.appId, 'events', {}, { set: { seatsBookedPerOwner: 3 } })
    const payments = () => w.core.store.count(w.appId, 'payments', {})
    const before = await payments()
    expect(await book(w, { n: 2, by: 1, seats: [3, 4], price })).toBe('buyer_limit')
    expect(await payments()).toBe(before)
    expect(await book(w, { n: 3, by: 1, seats: [3], price })).toBe('confirmed')
    expect(await book(w, { n: 4, by: 1, seats: [4], price })).toBe('buyer_limit')
    expect(await book(w, { n: 5, by: 2, seats: [4, 5, 6], price })).toBe('confirmed')
  })

  test('counts what an owner has, whenever it says so and whatever became of what they had', async () => {
    const w = await make()
    const say = (seatsBookedPerOwner: number | null) =>
      w.core.store.updateIf(w.appId, 'events', {}, { set: { seatsBookedPerOwner } })
    const mine = (n: number, ...seats: number[]) => book(w, { n, by: 1, seats, price })
    await say(3)
    expect(await mine(1, 1, 2)).toBe('confirmed')
    await say(null)
    expect(await mine(2, 3, 4)).toBe('confirmed')
    const [first] = await w.core.store.find(w.appId, 'bookings', { grantId: grantId(1) }, { limit: 1 })
    const asked = {
      appId: w.appId,
      owner: null,
      kind: 'secret',
      bookingId: String(first?.bookingId),
    } as const
    const cancel = { request: {}, idempotencyKey: 'c', fingerprint: 'c' }
    await cancelBooking(w.core, { ...asked, ...cancel, deadlineMs: w.core.platform.now() + 60_000 })
    await say(3)
    expect(await mine(3, 5, 6)).toBe('buyer_limit')
    expect(await mine(4, 5)).toBe('confirmed')
    expect(await mine(5, 6)).toBe('buyer_limit')
    // What is kept of it is for two at once only.
    await w.core.store.purgeExpired(new Date(w.core.platform.now() + dayMs))
    expect(await w.core.store.count(w.appId, 'tallies', {})).toBe(0)
    expect(await mine(6, 6)).toBe('buyer_limit')
  })

  test('costs the transaction of a confirm one statement, as the address of a free one does, and others none', async () => {
    const counts: number[] = []
    const store = counting(openSqliteStore({ path: ':memory:' }), counts)
    const w = await make({ store })
    const of = async (ask: Ask) => {
      counts.length = 0
      expect(await book(w, ask)).toBe('confirmed')
      return counts
    }
    expect(await of({ n: 1, seats: [1], price })).toEqual([5])
    expect(await of({ n: 2, seats: [2] })).toEqual([7])
    expect(await of({ n: 3, seats: [3], kind: 'secret' })).toEqual([6])
    await w.core.store.updateIf(w.appId, 'events', {}, { set: { seatsBookedPerOwner: 3 } })
    expect(await of({ n: 4, seats: [4, 5, 6], price })).toEqual([6])
  })

  test('has room again when the payment of a booking came to nothing', async () => {
    const w = await limited()
    expect(await book(w, { n: 1, by: 1, seats: [1, 2, 3], price })).toBe('confirmed')
    await w.core.store.updateIf(w.appId, 'bookings', {}, { set: { paymentStatus: 'PENDING' } })
    const [booking] = await w.core.store.find(w.appId, 'bookings', {}, { limit: 1 })
    if (!booking) throw new Error('the booking is gone')
    await failBooking(w.core, booking)
    expect(await book(w, { n: 2, by: 1, seats: [1, 2, 3], price })).toBe('confirmed')
  })
})
