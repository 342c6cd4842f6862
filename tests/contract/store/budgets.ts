import type { Statements } from '@holdfast/core/src/store/store.ts'
import { expect, test } from 'vitest'
import { budgetMs, grant, seat, type World } from './fixtures.ts'

const unavailable = { name: 'StoreError', code: 'unavailable' }

/** Nobody waits longer than they said, and then nothing was changed. */
export function budgetTests(world: () => World): void {
  test('a transaction that cannot begin within its budget is unavailable, and the one before it goes on', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seat(appId, 1))
    const goOn = Promise.withResolvers<void>()
    const open = Promise.withResolvers<void>()
    const book = (tx: Statements, number: number) =>
      tx.updateIf(
        appId,
        'seats',
        { state: 'AVAILABLE' },
        { set: { state: 'BOOKED', grantId: grant(number) } },
      )
    const first = store.transaction(budgetMs, async (tx) => {
      const booked = await book(tx, 1)
      open.resolve()
      await goOn.promise
      return booked
    })
    await open.promise
    await expect(store.transaction(50, (tx) => book(tx, 2))).rejects.toMatchObject(unavailable)
    goOn.resolve()
    expect(await first).toBe(1)
    expect(await store.count(appId, 'seats', { grantId: grant(1) })).toBe(1)
    expect(await store.transaction(budgetMs, (tx) => book(tx, 3))).toBe(0)
  })

  test('a transaction whose work never ends is unavailable, undone, and in nobody’s way', async () => {
    const { store, appId } = world()
    const left: Statements[] = []
    const work = async (tx: Statements) => {
      left.push(tx)
      await tx.insert(appId, 'seats', seat(appId, 1))
      await new Promise<never>(() => {})
    }
    await expect(store.transaction(50, work)).rejects.toMatchObject(unavailable)
    for (const tx of left) await expect(tx.insert(appId, 'seats', seat(appId, 2))).rejects.toThrow(TypeError)
    await store.insert(appId, 'seats', seat(appId, 3))
    expect(await store.find(appId, 'seats', {}, { limit: 9 })).toEqual([seat(appId, 3)])
  })

  test('a budget that is spent before the start changes nothing', async () => {
    const { store, appId } = world()
    const work = (tx: Statements) => tx.insert(appId, 'seats', seat(appId, 1))
    await expect(store.transaction(0, work)).rejects.toMatchObject(unavailable)
    await expect(store.transaction(-5, work)).rejects.toMatchObject(unavailable)
    expect(await store.count(appId, 'seats', {})).toBe(0)
  })
}
