import type { OutboxDoc, SeatDoc } from '@holdfast/core/src/store/schema.ts'
import { everyApp, type Filter, type FindOptions } from '@holdfast/core/src/store/store.ts'
import { expect, test } from 'vitest'
import { after, eventId, noon, outboxRow, seat, seatId, seats, type World } from './fixtures.ts'

/** Every filter and order that the port knows. */
export function filterTests(world: () => World): void {
  const chart = async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', [
      seat(appId, 1, { category: 'stalls', x: 1.5, blocked: true }),
      seat(appId, 2, { category: 'stalls', x: 2, price: 900 }),
      seat(appId, 3, { category: 'balcony', x: -3, state: 'BOOKED' }),
      seat(appId, 4),
    ])
    return async (filter: Filter<SeatDoc>, options: Partial<FindOptions<SeatDoc>> = {}) => {
      const found = await store.find(appId, 'seats', filter, { limit: 10, ...options })
      expect(await store.count(appId, 'seats', filter)).toBeGreaterThanOrEqual(found.length)
      return found.map((doc) => doc.index)
    }
  }

  test('equality works for text, numbers, booleans and null', async () => {
    const matching = await chart()
    expect(await matching({})).toEqual([1, 2, 3, 4])
    expect(await matching({ category: 'stalls' })).toEqual([1, 2])
    expect(await matching({ price: 900 })).toEqual([2])
    expect(await matching({ x: 1.5 })).toEqual([1])
    expect(await matching({ blocked: true })).toEqual([1])
    expect(await matching({ blocked: false })).toEqual([2, 3, 4])
    expect(await matching({ category: null })).toEqual([4])
    expect(await matching({ category: 'stalls', x: 2 })).toEqual([2])
    expect(await matching({ category: 'stalls', x: -3 })).toEqual([])
  })

  test('"in" matches any of its values, null and booleans too, and none of none', async () => {
    const matching = await chart()
    expect(await matching({ category: { in: ['balcony', 'box'] } })).toEqual([3])
    expect(await matching({ category: { in: ['balcony', null] } })).toEqual([3, 4])
    expect(await matching({ price: { in: [900, 901] } })).toEqual([2])
    expect(await matching({ blocked: { in: [true] } })).toEqual([1])
    expect(await matching({ blocked: { in: [true, false] } })).toEqual([1, 2, 3, 4])
    expect(await matching({ seatId: { in: [seatId(4), seatId(1)] }, state: 'AVAILABLE' })).toEqual([1, 4])
    expect(await matching({ category: { in: [] } })).toEqual([])
  })

  test('ranges exclude or include their ends, combine, and never match null', async () => {
    const matching = await chart()
    expect(await matching({ index: { gt: 2 } })).toEqual([3, 4])
    expect(await matching({ index: { gte: 2, lt: 4 } })).toEqual([2, 3])
    expect(await matching({ index: { lte: 1 } })).toEqual([1])
    expect(await matching({ x: { lt: 100 } })).toEqual([1, 2, 3])
    expect(await matching({ x: { gte: -3, lte: 1.5 } })).toEqual([1, 3])
    expect(await matching({ seatId: { gt: seatId(2) } })).toEqual([3, 4])
  })

  test('dates compare as time, in equality, "in", ranges and order', async () => {
    const { store, appId } = world()
    const dueAt = [after(0), after(-1), after(86_400_000), new Date(0), new Date('1969-12-31T00:00:00.000Z')]
    await store.insert(
      appId,
      'outbox',
      dueAt.map((due, at) =>
        outboxRow(appId, `row_${at}`, { dueAt: due, expiresAt: at === 2 ? noon : null }),
      ),
    )
    const due = async (filter: Filter<OutboxDoc>) => {
      const found = await store.find(appId, 'outbox', filter, { limit: 10, orderBy: 'dueAt' })
      return found.map((row) => row.rowId)
    }
    expect(await due({})).toEqual(['row_4', 'row_3', 'row_1', 'row_0', 'row_2'])
    expect(await due({ status: 'READY', dueAt: { lte: noon } })).toEqual(['row_4', 'row_3', 'row_1', 'row_0'])
    expect(await due({ dueAt: { gt: new Date(0), lt: noon } })).toEqual(['row_1'])
    expect(await due({ dueAt: noon })).toEqual(['row_0'])
    expect(await due({ dueAt: { in: [noon, new Date(0)] } })).toEqual(['row_3', 'row_0'])
    expect(await due({ expiresAt: { lte: after(1) } })).toEqual(['row_2'])
    expect(await due({ expiresAt: null, dueAt: { gte: noon } })).toEqual(['row_0'])
  })

  test('without an order documents come by their key, and the limit cuts the end off', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seats(appId, 12).reverse())
    const found = await store.find(appId, 'seats', {}, { limit: 4 })
    expect(found.map((doc) => doc.seatId)).toEqual(['A-1', 'A-10', 'A-11', 'A-12'])
    const next = await store.find(appId, 'seats', { eventId, seatId: { gt: seatId(12) } }, { limit: 2 })
    expect(next.map((doc) => doc.seatId)).toEqual(['A-2', 'A-3'])
  })

  test('an order goes both ways, null first', async () => {
    const matching = await chart()
    expect(await matching({}, { orderBy: 'index', order: 'descending' })).toEqual([4, 3, 2, 1])
    expect(await matching({}, { orderBy: 'index', order: 'descending', limit: 2 })).toEqual([4, 3])
    expect(await matching({}, { orderBy: 'x' })).toEqual([4, 3, 1, 2])
    expect(await matching({}, { orderBy: 'x', order: 'ascending', limit: 3 })).toEqual([4, 3, 1])
    expect(await matching({}, { order: 'descending', limit: 2 })).toEqual([4, 3])
  })

  test('documents that are passed over are the first of the order asked for, and may be all of them', async () => {
    const matching = await chart()
    expect(await matching({}, { skip: 0 })).toEqual([1, 2, 3, 4])
    expect(await matching({}, { orderBy: 'index', order: 'descending', skip: 1, limit: 2 })).toEqual([3, 2])
    expect(await matching({ category: 'stalls' }, { skip: 1 })).toEqual([2])
    expect(await matching({}, { skip: 4 })).toEqual([])
  })

  test('a filter that says nothing clear is refused, and never means everything', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seats(appId, 2))
    const refused: Promise<unknown>[] = [
      store.count(appId, 'seats', { index: {} }),
      store.count(appId, 'seats', { index: Number.NaN }),
      store.count(appId, 'seats', { index: { gt: Number.NaN } }),
      // @ts-expect-error: the type refuses it too
      store.delete(appId, 'seats', { grantId: undefined }),
      // @ts-expect-error: the type refuses it too
      store.delete(appId, 'seats', { colour: 'red' }),
      // @ts-expect-error: the type refuses it too
      store.delete(appId, 'seats', { index: { ne: 1 } }),
      // @ts-expect-error: the type refuses it too
      store.count(appId, 'seats', { x: { gt: null } }),
      // @ts-expect-error: the type refuses it too
      store.count(appId, 'reservations', { seats: [] }),
      // @ts-expect-error: the type refuses it too
      store.get(appId, 'seats', { eventId }),
      // @ts-expect-error: the type refuses it too
      store.get(appId, 'seats', { eventId, seatId: seatId(1), index: 1 }),
      // @ts-expect-error: the type refuses it too
      store.find(everyApp, 'seats', {}, { limit: 1, orderBy: `index'` }),
      store.find(appId, 'seats', {}, { limit: 0 }),
      store.find(appId, 'seats', {}, { limit: Number.NaN }),
      store.find(appId, 'seats', {}, { limit: 1, skip: -1 }),
      store.find(appId, 'seats', {}, { limit: 1, skip: 0.5 }),
    ]
    for (const call of refused) await expect(call).rejects.toThrow(TypeError)
    expect(await store.count(appId, 'seats', {})).toBe(2)
  })
}
