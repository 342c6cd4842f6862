import {
  ImportPlanQuery,
  ImportPlanRequest,
  planSeatId,
  type SeatId,
  systemPlatform,
} from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { testCore, yesInventory } from '../testing.ts'
import { importPlan } from './import-plan.ts'
import { readEvent } from './read-event.ts'

let world: Awaited<ReturnType<typeof testCore>>
beforeEach(async () => {
  world = await testCore()
  // A hall of its own: the seats that every test's event has would all be missing in it.
  await world.core.store.delete(world.appId, 'seats', { eventId: world.eventId })
})
afterEach(() => world.core.store.close())

interface Place {
  readonly guid: string
  readonly row?: string | null
  readonly number?: string | null
  readonly category?: string
}

const requestOf = (places: readonly Place[], more: object = {}, ofPlan: object = {}) =>
  ImportPlanRequest.parse({
    prices: { Stalls: 1_000 },
    plan: {
      name: 'Hall',
      categories: [{ name: 'Stalls' }],
      zones: [
        {
          name: 'Ground',
          rows: places.map(({ guid, row = 'A', number = guid, category = 'Stalls' }, at) => ({
            row_number: row,
            seats: [{ seat_guid: guid, seat_number: number, position: { x: at, y: 0 }, category }],
          })),
        },
      ],
      ...ofPlan,
    },
    ...more,
  })

const put = (request: ImportPlanRequest, asked: object = {}) => {
  const { core, appId, eventId } = world
  return importPlan(core, { appId, eventId, request, asked: ImportPlanQuery.parse(asked) })
}
const named = (...guids: string[]) => requestOf(guids.map((guid) => ({ guid })))
const stored = async () => {
  const { core, appId, eventId } = world
  const seats = await core.store.find(appId, 'seats', { eventId }, { orderBy: 'index', limit: 1_000 })
  return new Map(seats.map((seat) => [seat.guid ?? seat.seatId, seat]))
}
const sell = async (seatId: SeatId | string) => {
  const { core, appId, eventId } = world
  const set = { state: 'BOOKED', bookingId: 'BK-1' as never } as const
  await core.store.updateIf(appId, 'seats', { eventId, seatId: seatId as SeatId }, { set, inc: { rev: 1 } })
}

describe('the ids of a plan’s seats', () => {
  const long = 'x'.repeat(70)
  const guids = [
    'A-1',
    'A/1',
    'A 1',
    'Ряд 1, место 1',
    'Ряд 1, место 2',
    '一列一番',
    `${long}1`,
    `${long}2`,
    'é',
    'e\u0301',
  ]

  test('lose no letter: other guids are other seats, and the answer says which', async () => {
    const reply = await put(named(...guids))
    expect(reply).toMatchObject({ inserted: guids.length, updated: 0, missing: 0 })
    const ids = new Map(reply.ids?.map(({ guid, id }) => [guid, id]))
    expect([...ids.keys()]).toEqual(guids.slice(1))
    expect(new Set([...ids.values(), 'A-1']).size).toBe(guids.length)
    expect(await put(named(...guids))).toMatchObject({ inserted: 0, updated: 0, unchanged: guids.length })
  })

  test('are those of the same text, in whatever order and however few of them a plan has', async () => {
    await put(named(...guids))
    const before = await stored()
    await put(named(...guids.toReversed()))
    await put(named('A/1'))
    for (const [guid, { seatId }] of await stored()) expect(seatId).toBe(before.get(guid)?.seatId)
  })

  test('are found on the chart by their guid', async () => {
    await put(named('A-1', 'A/1'))
    const { chart } = await readEvent(world.core, world)
    const seats = chart.sections.flatMap(({ rows }) => rows.flatMap((row) => row.seats))
    expect(seats.map(({ id, guid }) => guid ?? id)).toEqual(['A-1', 'A/1'])
  })

  test('never take over a sold seat of another guid', async () => {
    await put(named('A-1'))
    await sell('A-1')
    const reply = await put(requestOf([{ guid: 'A/1', number: 'A-1' }]))
    expect(reply).toMatchObject({
      inserted: 1,
      updated: 0,
      missing: 1,
      missingSeats: [{ id: 'A-1', sold: true }],
    })
    expect((await stored()).get('A-1')).toMatchObject({ state: 'BOOKED' })
  })

  test('of the form of those that stand for another text are that of no other', async () => {
    const digest = await planSeatId(systemPlatform, 'A/1')
    const reply = await put(named('A/1', digest))
    expect(reply.inserted).toBe(2)
    expect(new Set(reply.ids?.map(({ id }) => id)).size).toBe(2)
  })
})

describe('seats that a version before has made of a plan', () => {
  /** As that version has left them: it cut guids down, and kept none. */
  const forget = async () => {
    const { core, appId, eventId } = world
    await core.store.updateIf(appId, 'seats', { eventId }, { set: { guid: null } })
  }

  test('are found again, sold or not, and are those of their guids from then on', async () => {
    const places = [
      { guid: 'Row-A---Seat-1', row: 'A', number: '1' },
      { guid: 'Row-A---Seat-2', row: 'A', number: '2' },
    ]
    await put(requestOf(places))
    await forget()
    await sell('Row-A---Seat-1')
    const again = requestOf(places.map((place, at) => ({ ...place, guid: `Row A / Seat ${at + 1}` })))
    expect(await put(again)).toMatchObject({ inserted: 0, updated: 0, unchanged: 2, missing: 0 })
    expect([...(await stored()).keys()]).toEqual(['Row A / Seat 1', 'Row A / Seat 2'])
    // The text that their ids have is another seat now.
    expect(await put(requestOf(places))).toMatchObject({ inserted: 2, missing: 2 })
  })

  test('are not taken for another place when they are sold', async () => {
    await put(requestOf([{ guid: 'A-1', row: 'A', number: '1' }]))
    await forget()
    await sell('A-1')
    const other = requestOf([{ guid: 'A/1', row: 'B', number: '7' }])
    expect(await put(other)).toMatchObject({ inserted: 1, updated: 0, missing: 1 })
  })

  test('of which two guids could be meant are that of the place that is the same', async () => {
    await put(requestOf([{ guid: 'A-1', row: 'A', number: '1' }]))
    await forget()
    const both = requestOf([
      { guid: 'A/1', row: 'B', number: '7' },
      { guid: 'A 1', row: 'A', number: '1' },
    ])
    expect(await put(both)).toMatchObject({ inserted: 1, missing: 0 })
    expect((await stored()).get('A 1')?.seatId).toBe('A-1')
  })
})

describe('what a plan does not say', () => {
  test('stays: marks for wheelchairs, labels, colours, areas and the size', async () => {
    const areas = [{ shape: 'circle', circle: { radius: 4 } }]
    const full = requestOf(
      [{ guid: 'A-1' }],
      { accessible: ['A-1'] },
      {
        size: { width: 500, height: 400 },
        categories: [{ name: 'Stalls', color: '#112233' }],
      },
    )
    const [zone] = full.plan.zones
    await put(
      ImportPlanRequest.parse({
        ...full,
        prices: { Stalls: 1_000 },
        plan: { ...full.plan, zones: [{ ...zone, areas }] },
      }),
    )
    const before = [await stored(), (await readEvent(world.core, world)).chart] as const
    const seat = { seat_guid: 'A-1', position: { x: 0, y: 0 }, category: 'Stalls' }
    const bare = { categories: [{ name: 'Stalls' }], zones: [{ rows: [{ seats: [seat] }] }] }
    const reply = await put(ImportPlanRequest.parse({ plan: bare, prices: { Stalls: 1_000 } }))
    expect(reply).toMatchObject({ unchanged: 1, updated: 0 })
    expect([await stored(), (await readEvent(world.core, world)).chart]).toEqual(before)
  })

  test('is taken away where it says that there is none', async () => {
    await put(requestOf([{ guid: 'A-1' }], { accessible: ['A-1'] }))
    await put(requestOf([{ guid: 'A-1', row: null, number: '' }], { accessible: null }))
    expect((await stored()).get('A-1')).toMatchObject({ row: null, number: null, accessible: false })
  })
})

describe('a plan that is put on an event again', () => {
  test('counts what it adds, changes, leaves and does not have any more, and tells what is sold', async () => {
    await put(named('A-1', 'A-2', 'A-3', 'A-4'))
    await sell('A-2')
    await sell('A-4')
    const request = requestOf(
      [{ guid: 'A-1' }, { guid: 'A-2', category: 'Box' }, { guid: 'B-1' }],
      { prices: { Stalls: 1_000, Box: 2_000 } },
      { categories: [{ name: 'Stalls' }, { name: 'Box' }] },
    )
    expect(await put(request)).toEqual({
      event: world.eventId,
      ...{ inserted: 1, updated: 1, unchanged: 1, seatCount: expect.any(Number) },
      sold: { count: 1, seats: ['A-2'] },
      missing: 2,
      missingSeats: [
        { id: 'A-3', sold: false, blocked: false },
        { id: 'A-4', sold: true, blocked: false },
      ],
      blocked: 0,
      ids: [],
    })
    expect((await stored()).get('A-3')?.blocked).toBe(false)
  })

  test('takes off sale what it does not have any more, where that is asked for', async () => {
    await put(named('A-1', 'A-2', 'A-3'))
    await sell('A-3')
    const reply = await put(named('A-1'), { missing: 'block' })
    expect(reply).toMatchObject({
      missing: 2,
      blocked: 2,
      missingSeats: [{ blocked: true }, { blocked: true }],
    })
    const seats = await stored()
    expect([...seats.values()].map(({ blocked }) => blocked)).toEqual([false, true, true])
    expect(seats.get('A-3')?.state).toBe('BOOKED')
    expect(await put(named('A-1'), { missing: 'block' })).toMatchObject({ missing: 2, blocked: 0 })
  })

  test('keeps the frame, and what is not in this part, of a plan that comes in parts', async () => {
    const { core, appId, eventId } = world
    const frame = async () => (await core.store.get(appId, 'events', { eventId }))?.frame
    await put(named('A-1', 'A-2'))
    const first = await frame()
    expect(first?.categories).toHaveLength(1)
    const ofBox = { categories: [{ name: 'box', color: '#123456' }] }
    const part = requestOf([{ guid: 'B-1', category: 'box' }], { prices: { box: 9_000 } }, ofBox)
    expect(await put(part)).toMatchObject({ inserted: 1, missing: 2, blocked: 0 })
    expect(await frame()).toEqual({
      ...first,
      categories: [...(first?.categories ?? []), { name: 'box', color: '#123456' }],
    })
    expect([...(await stored()).keys()]).toEqual(['A-1', 'A-2', 'B-1'])
  })

  test('lists what is missing a page at a time', async () => {
    const all = Array.from({ length: 7 }, (_, at) => `S-${at}`)
    await put(named('A-1', ...all))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await put(named('A-1'), { limit: 3, ...(cursor && { cursor }) })
      expect(page.missing).toBe(7)
      seen.push(...(page.missingSeats ?? []).map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(seen).toEqual(all)
  })

  test('makes no other place of one that somebody has, without an explicit word', async () => {
    await put(requestOf([{ guid: 'A-1', row: 'A', number: '1' }]))
    const inventory = {
      ...yesInventory(),
      snapshot: async () => ({ word: 'snapshot', map: '', epoch: 1, ver: 1, nowMs: 0 }) as const,
    }
    const index = (await stored()).get('A-1')?.index ?? 0
    const heldMap = `${'F'.repeat(index)}H`
    const moved = requestOf([{ guid: 'A-1', row: 'C', number: '9' }])
    const held = { ...inventory, snapshot: async () => ({ ...(await inventory.snapshot()), map: heldMap }) }
    world.core = { ...world.core, inventory: held }
    await expect(put(moved)).rejects.toMatchObject({
      extras: {
        errors: [
          { path: 'plan.zones.0.rows.0.seats.0.row', message: expect.stringContaining('?relabel=sold') },
          { path: 'plan.zones.0.rows.0.seats.0.number' },
        ],
      },
    })
    expect(await put(moved, { relabel: 'sold' })).toMatchObject({ updated: 1 })
    world.core = { ...world.core, inventory }
    expect(await put(requestOf([{ guid: 'A-1', row: 'D', number: '9' }]))).toMatchObject({ updated: 1 })
  })

  test('draws zones of one name apart', async () => {
    const request = named('L-1')
    const rows = (guid: string) => [
      { row_number: 'A', seats: [{ seat_guid: guid, position: { x: 0, y: 0 }, category: 'Stalls' }] },
    ]
    const zones = [
      { name: 'Rang', rows: [...rows('L-1'), ...rows('L-2')] },
      { name: 'Rang', rows: rows('R-1') },
    ]
    await put(
      ImportPlanRequest.parse({ ...request, prices: { Stalls: 1_000 }, plan: { ...request.plan, zones } }),
    )
    const { chart } = await readEvent(world.core, world)
    expect(chart.sections.map(({ name, rows }) => [name, rows.map(({ label }) => label)])).toEqual([
      ['Rang', ['A', 'A']],
      ['Rang', ['A']],
    ])
  })
})

test('a price that the app’s provider can never charge is refused by its category, and nothing is written', async () => {
  const { core, appId, eventId } = world
  await core.store.updateIf(appId, 'apps', {}, { set: { paymentProvider: 'stripe' } })
  await core.store.updateIf(appId, 'events', { eventId }, { set: { currency: 'KWD' } })
  await expect(put(requestOf([{ guid: 'A-1' }], { prices: { Stalls: 5_005 } }))).rejects.toMatchObject({
    extras: { errors: [{ path: 'prices.Stalls', message: expect.stringContaining('multiple of 10') }] },
  })
  expect((await stored()).size).toBe(0)
})
