import { everyApp } from '@holdfast/core/src/store/store.ts'
import { expect, test } from 'vitest'
import { newApp, outboxRow, seat, seats, type World } from './fixtures.ts'

/** Counts and sums by group. */
export function totalTests(world: () => World): void {
  const chart = async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', [
      seat(appId, 1, { category: 'stalls', price: 100 }),
      seat(appId, 2, { category: 'stalls', price: 250 }),
      seat(appId, 3, { category: 'balcony', price: 40, state: 'BOOKED' }),
      seat(appId, 4, { category: null, price: 7 }),
      seat(appId, 5, { category: 'stalls', price: 1, state: 'BOOKED', blocked: true }),
    ])
    return { store, appId }
  }

  test('tell each group, the largest first and then by its values', async () => {
    const { store, appId } = await chart()
    const options = { by: ['category'], sum: 'price', limit: 10 } as const
    expect(await store.total(appId, 'seats', {}, options)).toEqual([
      { group: { category: 'stalls' }, count: 3, sum: 351 },
      { group: { category: null }, count: 1, sum: 7 },
      { group: { category: 'balcony' }, count: 1, sum: 40 },
    ])
    expect(await store.total(appId, 'seats', {}, { ...options, limit: 1 })).toHaveLength(1)
  })

  test('are of what matches the filter, and group by several fields', async () => {
    const { store, appId } = await chart()
    const booked = await store.total(
      appId,
      'seats',
      { state: 'BOOKED', price: { gt: 1 } },
      { by: ['state', 'category'], sum: 'price', limit: 10 },
    )
    expect(booked).toEqual([{ group: { state: 'BOOKED', category: 'balcony' }, count: 1, sum: 40 }])
    const pairs = await store.total(appId, 'seats', {}, { by: ['state', 'category'], limit: 10 })
    expect(pairs.map(({ group, count, sum }) => [group.state, group.category, count, sum])).toEqual([
      ['AVAILABLE', 'stalls', 2, 0],
      ['AVAILABLE', null, 1, 0],
      ['BOOKED', 'balcony', 1, 0],
      ['BOOKED', 'stalls', 1, 0],
    ])
  })

  test('without a field to group by there is one, and of nothing none', async () => {
    const { store, appId } = await chart()
    expect(await store.total(appId, 'seats', {}, { by: [], sum: 'price', limit: 5 })).toEqual([
      { group: {}, count: 5, sum: 398 },
    ])
    for (const by of [[], ['state']] as const) {
      expect(await store.total(appId, 'seats', { price: 3 }, { by, limit: 5 })).toEqual([])
    }
  })

  test('add up large amounts to the last unit', async () => {
    const { store, appId } = world()
    const price = 1_000_000_000
    await store.insert(
      appId,
      'seats',
      seats(appId, 2_000).map((one) => ({ ...one, price: price - 1 })),
    )
    const [all] = await store.total(appId, 'seats', {}, { by: ['eventId'], sum: 'price', limit: 5 })
    expect(all).toMatchObject({ count: 2_000, sum: 2_000 * (price - 1) })
  })

  test('stay within an app, unless every app is asked for', async () => {
    const { store, appId } = world()
    const other = newApp()
    const subject = `event of ${appId}`
    await store.insert(appId, 'outbox', [
      outboxRow(appId, 'row_1', { subject, attempts: 2 }),
      outboxRow(appId, 'row_2', { subject, attempts: 3 }),
    ])
    await store.insert(other, 'outbox', outboxRow(other, 'row_1', { subject, attempts: 5 }))
    const options = { by: ['appId'], sum: 'attempts', limit: 5 } as const
    const own = { group: { appId }, count: 2, sum: 5 }
    expect(await store.total(appId, 'outbox', { subject }, options)).toEqual([own])
    expect(await store.total(appId, 'outbox', { subject, appId: other }, options)).toEqual([])
    expect(await store.total(everyApp, 'outbox', { subject }, options)).toEqual([
      own,
      { group: { appId: other }, count: 1, sum: 5 },
    ])
  })

  test('a transaction sees its own writes in them', async () => {
    const { store, appId } = await chart()
    const sum = await store.transaction(5_000, async (tx) => {
      await tx.updateIf(appId, 'seats', { category: 'stalls' }, { set: { price: 10 } })
      const [total] = await tx.total(appId, 'seats', {}, { by: [], sum: 'price', limit: 1 })
      return total?.sum
    })
    expect(sum).toBe(77)
  })

  test('a field that is none, and a limit of nothing, are refused', async () => {
    const { store, appId } = await chart()
    const refused: Promise<unknown>[] = [
      // @ts-expect-error: the type refuses it too
      store.total(appId, 'seats', {}, { by: ["state'"], limit: 1 }),
      // @ts-expect-error: the type refuses it too
      store.total(appId, 'seats', {}, { by: [], sum: 'prices', limit: 1 }),
      store.total(appId, 'seats', {}, { by: [], limit: 0 }),
    ]
    for (const call of refused) await expect(call).rejects.toThrow(TypeError)
  })
}
