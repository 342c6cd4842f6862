import { domainDefaults, EventId, EventInput, SeatInput } from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { testCore } from '../testing.ts'
import { eventSettings } from './event-settings.ts'
import { putEvent } from './put-event.ts'
import { listEvents, readEvent } from './read-event.ts'
import { syncSeats } from './sync-seats.ts'

let world: Awaited<ReturnType<typeof testCore>>
beforeEach(async () => {
  world = await testCore()
})
afterEach(() => world.core.store.close())

const seat = (id: string, more: object = {}) => SeatInput.parse({ id, price: 1000, ...more })
const sync = (...seats: SeatInput[]) =>
  syncSeats(world.core, { appId: world.appId, eventId: world.eventId, seats })
/** The seats that each row of the outbox tells Redis about. */
const pokedSeats = async () => {
  const rows = await world.core.store.find(
    world.appId,
    'outbox',
    { kind: 'apply' },
    { orderBy: 'rowId', limit: 99 },
  )
  return rows.map((row) => row.seats)
}
const stored = (id: string) =>
  world.core.store.get(world.appId, 'seats', { eventId: world.eventId, seatId: seat(id).id })

describe('syncing seats', () => {
  test('adds what is new, changes what is known, and leaves alone what is the same', async () => {
    expect(await sync(seat('A-1', { price: 4500 }), seat('A-2', { price: 5000 }), seat('B-1'))).toEqual({
      event: world.eventId,
      inserted: 1,
      updated: 1,
      unchanged: 1,
      seatCount: 21,
      sold: { count: 0, seats: [] },
    })
    expect(await pokedSeats()).toContainEqual(['B-1', 'A-2'])
    expect(await stored('A-1')).toMatchObject({ rev: 0, index: 0 })
    expect(await stored('A-2')).toMatchObject({ rev: 1, index: 1, price: 5000 })
    expect(await stored('B-1')).toMatchObject({ rev: 0, index: 20 })
  })

  test('that are all as described changes nothing, and tells Redis nothing', async () => {
    const { core, appId, eventId } = world
    const rows = await pokedSeats()
    const before = await core.store.get(appId, 'events', { eventId })
    expect(await sync(seat('A-1', { price: 4500 }))).toMatchObject({ unchanged: 1, seatCount: 20 })
    expect(await core.store.get(appId, 'events', { eventId })).toEqual(before)
    expect(await pokedSeats()).toEqual(rows)
  })

  test('of one field leaves the others as they are, and null takes one away', async () => {
    const all = {
      ...{ category: 'Stalls', section: 'Left', row: 'A', number: '1', x: 1, y: 2, accessible: true },
      metadata: { aisle: true },
    }
    await sync(seat('A-1', all))
    const before = await stored('A-1')
    await sync(SeatInput.parse({ id: 'A-1', price: 900 }))
    expect(await stored('A-1')).toEqual({ ...before, price: 900, rev: 2 })
    await sync(SeatInput.parse({ id: 'A-1', row: 'B' }))
    expect(await stored('A-1')).toEqual({ ...before, price: 900, row: 'B', rev: 3 })
    const nothing = { category: null, section: null, row: null, number: '', x: null, y: null }
    await sync(SeatInput.parse({ id: 'A-1', ...nothing, accessible: null, metadata: null }))
    expect(await stored('A-1')).toEqual({
      ...{ ...before, ...nothing, number: null, accessible: false, metadata: null, price: 900, rev: 4 },
    })
  })

  test('that is new needs a price, and one that is known does not', async () => {
    const rows = await pokedSeats()
    await expect(
      sync(SeatInput.parse({ id: 'A-1', row: 'A' }), SeatInput.parse({ id: 'N-1' })),
    ).rejects.toMatchObject({
      extras: { errors: [{ path: 'seats.1.price', message: 'is missing: the seat is new' }] },
    })
    expect(await pokedSeats()).toEqual(rows)
    expect(await stored('A-1')).toMatchObject({ row: null })
  })

  test('that is sold becomes another place only by an explicit word', async () => {
    const { core, appId, eventId } = world
    await sync(seat('A-1', { section: 'Left', row: 'A', number: '1' }))
    const set = { state: 'BOOKED', bookingId: 'BK-1' as never } as const
    await core.store.updateIf(appId, 'seats', { eventId, seatId: seat('A-1').id }, { set })
    const moved = { appId, eventId, seats: [SeatInput.parse({ id: 'A-1', row: 'B', number: null })] }
    await expect(syncSeats(core, moved)).rejects.toMatchObject({
      extras: { errors: [{ path: 'seats.0.row' }, { path: 'seats.0.number' }] },
    })
    expect(await stored('A-1')).toMatchObject({ row: 'A', number: '1' })
    await sync(SeatInput.parse({ id: 'A-1', row: 'A', price: 1, x: 7 }))
    expect(await syncSeats(core, { ...moved, relabel: 'sold' })).toMatchObject({
      updated: 1,
      sold: { count: 1 },
    })
    expect(await stored('A-1')).toMatchObject({ row: 'B', number: null, section: 'Left', ...set })
  })

  test('of which one cannot be written writes none of them, however many there are', async () => {
    const many = Array.from({ length: 1_500 }, (_, at) => seat(`M-${at}`))
    await expect(sync(...many, SeatInput.parse({ id: 'last' }))).rejects.toMatchObject({
      code: 'invalid_request',
    })
    expect(await world.core.store.count(world.appId, 'seats', { eventId: world.eventId })).toBe(20)
  })

  test('never disturbs a sold seat', async () => {
    const { core, appId, eventId } = world
    const sold = { state: 'BOOKED', bookingId: 'BK-1' as never } as const
    await core.store.updateIf(
      appId,
      'seats',
      { eventId, seatId: seat('A-1').id },
      { set: sold, inc: { rev: 1 } },
    )
    expect(await sync(seat('A-1', { price: 1, section: 'Stalls' }), seat('A-2'))).toMatchObject({
      updated: 2,
      sold: { count: 1, seats: ['A-1'] },
    })
    expect(await stored('A-1')).toMatchObject({ ...sold, rev: 2, price: 1, section: 'Stalls' })
  })

  test('gives every seat an index of its own, however many syncs run at once', async () => {
    const pages = Array.from({ length: 8 }, (_, p) =>
      Array.from({ length: 25 }, (_, i) => seat(`P${p}-${i}`)),
    )
    await Promise.all(pages.map((page) => sync(...page)))
    const all = await world.core.store.find(
      world.appId,
      'seats',
      { eventId: world.eventId },
      { limit: 1_000 },
    )
    expect(all.map((one) => one.index).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 220 }, (_, i) => i),
    )
  })

  test('of an event that is not there is refused', async () => {
    const eventId = 'none' as never
    await expect(
      syncSeats(world.core, { appId: world.appId, eventId, seats: [seat('A')] }),
    ).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})

describe('an event', () => {
  const put = (input: object, eventId: string = world.eventId) =>
    putEvent(world.core, {
      appId: world.appId,
      eventId: EventId.parse(eventId),
      input: EventInput.parse({ name: 'Theatre', currency: 'EUR', ...input }),
    })

  test('keeps its currency and changes the rest', async () => {
    const changed = await put({ name: 'Renamed', currency: 'EUR', sale: 'closed' })
    expect(changed).toMatchObject({
      created: false,
      event: { name: 'Renamed', sale: 'closed', seatCount: 20 },
    })
    await expect(put({ name: 'X', currency: 'USD' })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  test.each(['ABC', 'XXX', 'XTS', 'DEM'])('is sold in no %s, which is no currency', async (currency) => {
    await expect(put({ currency }, 'new')).rejects.toMatchObject({
      code: 'invalid_request',
      extras: { errors: [{ path: 'currency', message: expect.stringContaining('ISO 4217') }] },
    })
  })

  test('that is sold in a currency which is none any more stays and can be changed', async () => {
    const { core, appId, eventId } = world
    await core.store.updateIf(appId, 'events', { eventId }, { set: { currency: 'HRK' } })
    expect((await put({ currency: 'HRK', name: 'Zagreb' })).event).toMatchObject({
      currency: 'HRK',
      name: 'Zagreb',
    })
  })

  test('keeps what a change does not say, and loses the times that it takes away', async () => {
    const times = { onSaleAt: '2027-01-01T00:00:00.000Z', offSaleAt: '2027-02-01T00:00:00.000Z' }
    await put({ ...times, holdTtlMs: 5_000, sale: 'closed' })
    const { event } = await put({ holdsPerMinute: 3 })
    expect(event).toMatchObject({ ...times, holdTtlMs: 5_000, sale: 'closed', holdsPerMinute: 3 })
    const reopened = await put({ sale: 'open', offSaleAt: null })
    expect(reopened.event).toMatchObject({ onSaleAt: times.onSaleAt, offSaleAt: null, sale: 'open' })
  })

  test('begins no hold with more time than it may live: such settings are refused, not shortened', async () => {
    const refused = (path: string) => ({ code: 'invalid_request', extras: { errors: [{ path }] } })
    await expect(put({ holdTtlMs: 3_600_000 }, 'long')).rejects.toMatchObject(refused('holdTtlMs'))
    await expect(put({ holdLifetimeMs: 59_999 })).rejects.toMatchObject(refused('holdLifetimeMs'))
    const both = { holdTtlMs: 3_600_000, holdLifetimeMs: 3_600_000 }
    expect((await put(both, 'long')).event).toMatchObject(both)
  })

  test.each([
    ['0001-01-01T00:00Z', '0001-01-01T00:00:00.000Z', 1],
    ['9999-12-31 23:59:59.5+0100', '9999-12-31T22:59:59.500Z', 253_402_297_199_500],
  ])('is off sale from %s on, as its scripts are told', async (said, offSaleAt, offSaleAtMs) => {
    const { core, appId, eventId } = world
    expect((await put({ offSaleAt: said, startsAt: said })).event).toMatchObject({
      offSaleAt,
      startsAt: offSaleAt,
    })
    const event = await core.store.get(appId, 'events', { eventId })
    expect(event && eventSettings(event)).toMatchObject({ offSaleAtMs })
  })

  test('starts with what its app says, and beyond that its domain', async () => {
    const { core, appId } = world
    await core.store.updateIf(
      appId,
      'apps',
      {},
      { set: { domain: 'BUS', eventDefaults: { holdTtlMs: 4_000 } } },
    )
    const { created, event } = await put({ coolDownMs: 0 }, 'coach')
    expect(created).toBe(true)
    expect(event).toMatchObject({ ...domainDefaults.BUS, domain: 'BUS', holdTtlMs: 4_000, coolDownMs: 0 })
  })

  test('has the domain of its app: another one is refused, and nothing is written', async () => {
    await expect(put({ domain: 'BUS' }, 'coach')).rejects.toMatchObject({
      code: 'invalid_request',
      extras: { errors: [{ path: 'domain' }] },
    })
    expect(await world.core.store.get(world.appId, 'events', { eventId: EventId.parse('coach') })).toBeNull()
    expect((await put({ domain: 'EVENT' })).event.domain).toBe('EVENT')
    await expect(put({ domain: 'MOVIE' })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  test('cannot go off sale before it goes on sale, by one change or by two', async () => {
    const [early, late] = ['2027-01-01T00:00:00Z', '2027-02-01T00:00:00Z']
    const refused = { code: 'invalid_request', extras: { errors: [{ path: 'offSaleAt' }] } }
    await expect(put({ onSaleAt: late, offSaleAt: early }, 'new')).rejects.toMatchObject(refused)
    await expect(put({ onSaleAt: late, offSaleAt: late })).rejects.toMatchObject(refused)
    await put({ offSaleAt: early })
    await expect(put({ onSaleAt: late })).rejects.toMatchObject(refused)
    expect((await put({})).event).toMatchObject({ onSaleAt: null, offSaleAt: '2027-01-01T00:00:00.000Z' })
  })

  test('shows its chart by section and row, in the order the seats were described', async () => {
    const { core, appId, eventId } = world
    await sync(seat('S-1', { section: 'Stalls', row: 'A', number: '1', x: 1.5, y: 2, accessible: true }))
    const { chart } = await readEvent(core, { appId, eventId })
    expect(chart.sections.map((section) => section.name)).toEqual([null, 'Stalls'])
    expect(chart.sections[1]?.rows).toEqual([
      {
        label: 'A',
        seats: [
          { id: 'S-1', index: 20, price: 1000, category: null, number: '1', x: 1.5, y: 2, accessible: true },
        ],
      },
    ])
  })

  test('of another app is as missing as one that never was', async () => {
    const { core, eventId } = world
    await expect(readEvent(core, { appId: 'app_other' as never, eventId })).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(await listEvents(core, { appId: 'app_other' as never, asked: { limit: 10 } })).toEqual({
      events: [],
    })
  })

  test('lists come in pages that join without a gap', async () => {
    const { core, appId } = world
    for (const id of ['a', 'b', 'c', 'd']) {
      await putEvent(core, {
        appId,
        eventId: id as never,
        input: EventInput.parse({ name: id, currency: 'EUR' }),
      })
    }
    const first = await listEvents(core, { appId, asked: { limit: 3 } })
    const rest = await listEvents(core, {
      appId,
      asked: { limit: 3, cursor: EventId.parse(first.nextCursor) },
    })
    expect([...first.events, ...rest.events].map((event) => event.id)).toEqual([
      'a',
      'b',
      'c',
      'd',
      'theatre',
    ])
    expect(rest.nextCursor).toBeUndefined()
    await put({ sale: 'closed' }, 'b')
    const open = await listEvents(core, { appId, asked: { limit: 2, sale: 'open', cursor: 'a' as never } })
    expect(open).toMatchObject({ events: [{ id: 'c' }, { id: 'd' }], nextCursor: 'd' })
    const closed = await listEvents(core, { appId, asked: { limit: 2, sale: 'closed' } })
    expect(closed.events.map((event) => event.id)).toEqual(['b'])
  })
})
