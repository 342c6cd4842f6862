import type { Statements } from '@holdfast/core/src/store/store.ts'
import { expect, test } from 'vitest'
import {
  budgetMs,
  duplicateIn,
  eventId,
  grant,
  reservation,
  seat,
  seatId,
  seats,
  type World,
} from './fixtures.ts'

/** All or nothing, and seen by nobody before its end. */
export function transactionTests(world: () => World): void {
  test('what a transaction wrote is there together when it returns, with its result', async () => {
    const { store, appId } = world()
    const result = await store.transaction(budgetMs, async (tx) => {
      await tx.insert(appId, 'seats', seats(appId, 3))
      await tx.putIf(appId, 'reservations', reservation(appId, 1), {})
      await tx.delete(appId, 'seats', { index: 3 })
      return tx.updateIf(appId, 'seats', {}, { inc: { rev: 1 } })
    })
    expect(result).toBe(2)
    expect(await store.count(appId, 'seats', { rev: 1 })).toBe(2)
    expect(await store.count(appId, 'reservations', {})).toBe(1)
  })

  test('a transaction sees its own writes', async () => {
    const { store, appId } = world()
    await store.transaction(budgetMs, async (tx) => {
      await tx.insert(appId, 'seats', seat(appId, 1))
      await tx.updateIf(appId, 'seats', {}, { set: { state: 'BOOKED' } })
      expect(await tx.get(appId, 'seats', { eventId, seatId: seatId(1) })).toMatchObject({ state: 'BOOKED' })
      expect(await tx.count(appId, 'seats', { state: 'BOOKED' })).toBe(1)
    })
  })

  test('a throw undoes everything, and the caller gets what was thrown', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seats(appId, 2))
    const lost = new Error('seats were taken')
    const work = async (tx: Statements) => {
      await tx.updateIf(appId, 'seats', {}, { set: { state: 'BOOKED' }, inc: { rev: 1 } })
      await tx.delete(appId, 'seats', { index: 2 })
      await tx.insert(appId, 'reservations', reservation(appId, 1))
      throw lost
    }
    await expect(store.transaction(budgetMs, work)).rejects.toBe(lost)
    expect(await store.find(appId, 'seats', {}, { limit: 9 })).toEqual(seats(appId, 2))
    expect(await store.count(appId, 'reservations', {})).toBe(0)
  })

  test('a failed statement dooms the transaction although its error is swallowed', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seat(appId, 1))
    const later: string[] = []
    const work = async (tx: Statements) => {
      await tx.insert(appId, 'seats', seat(appId, 2))
      await tx.insert(appId, 'seats', seat(appId, 1)).catch(() => {})
      const third = tx.insert(appId, 'seats', seat(appId, 3))
      later.push(
        await third.then(
          () => 'ran',
          () => 'refused',
        ),
      )
    }
    await expect(store.transaction(budgetMs, work)).rejects.toMatchObject(duplicateIn('seats', 'primary'))
    expect(await store.find(appId, 'seats', {}, { limit: 9 })).toEqual([seat(appId, 1)])
    expect(later).not.toContain('ran')
  })

  test('a wrong statement dooms the transaction as a failed one does', async () => {
    const { store, appId } = world()
    const work = async (tx: Statements) => {
      await tx.insert(appId, 'seats', seat(appId, 1))
      await tx.insert(appId, 'seats', seat(appId, 2, { price: Number.NaN })).catch(() => {})
    }
    await expect(store.transaction(budgetMs, work)).rejects.toThrow(TypeError)
    expect(await store.count(appId, 'seats', {})).toBe(0)
  })

  test('the statements of a transaction are refused once it is over', async () => {
    const { store, appId } = world()
    const kept = await store.transaction(budgetMs, async (tx) => tx)
    await expect(kept.insert(appId, 'seats', seat(appId, 1))).rejects.toThrow(TypeError)
    await expect(kept.count(appId, 'seats', {})).rejects.toThrow(TypeError)
    const thrown: Statements[] = []
    const work = async (tx: Statements) => {
      thrown.push(tx)
      throw new Error('no')
    }
    await expect(store.transaction(budgetMs, work)).rejects.toThrow('no')
    for (const tx of thrown) await expect(tx.delete(appId, 'seats', {})).rejects.toThrow(TypeError)
    expect(await store.count(appId, 'seats', {})).toBe(0)
  })

  test('a write beside an open transaction does not fall into it', async () => {
    const { store, appId } = world()
    const beside: Promise<void>[] = []
    const work = async (tx: Statements) => {
      await tx.insert(appId, 'seats', seat(appId, 1))
      beside.push(store.insert(appId, 'seats', seat(appId, 2)))
      await tx.insert(appId, 'seats', seat(appId, 3))
      throw new Error('undo')
    }
    await expect(store.transaction(budgetMs, work)).rejects.toThrow('undo')
    await Promise.all(beside)
    expect(await store.find(appId, 'seats', {}, { limit: 9 })).toEqual([seat(appId, 2)])
  })

  test('a read beside an open transaction sees nothing of it before it is committed', async () => {
    const { store, appId } = world()
    const seen: Promise<number>[] = []
    const work = async (tx: Statements) => {
      await tx.insert(appId, 'seats', seat(appId, 1))
      seen.push(store.count(appId, 'seats', {}))
      await tx.insert(appId, 'seats', seat(appId, 2))
      seen.push(store.count(appId, 'seats', {}))
      throw new Error('undo')
    }
    await expect(store.transaction(budgetMs, work)).rejects.toThrow('undo')
    expect(await Promise.all(seen)).toEqual([0, 0])
  })

  test('a reader sees all of a transaction or nothing', async () => {
    const { store, appId } = world()
    const counts: Promise<number>[] = []
    for (let round = 0; round < 20; round++) {
      const written = store.transaction(budgetMs, async (tx) => {
        for (const at of [1, 2, 3]) {
          await tx.insert(appId, 'seats', seat(appId, round * 3 + at))
          counts.push(store.count(appId, 'seats', {}))
        }
      })
      counts.push(store.count(appId, 'seats', {}))
      await written
    }
    for (const count of await Promise.all(counts)) expect(count % 3).toBe(0)
  })

  test('a second decider undoes all that its transaction did', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seats(appId, 2))
    await store.putIf(appId, 'reservations', reservation(appId, 1, { status: 'EXPIRED' }), {
      status: 'ACTIVE',
    })
    const confirm = async (tx: Statements) => {
      await tx.updateIf(appId, 'seats', {}, { set: { state: 'BOOKED', grantId: grant(1) } })
      await tx.putIf(appId, 'reservations', reservation(appId, 1, { status: 'CONFIRMED' }), {
        status: 'ACTIVE',
      })
    }
    await expect(store.transaction(budgetMs, confirm)).rejects.toMatchObject(
      duplicateIn('reservations', 'primary'),
    )
    expect(await store.find(appId, 'seats', {}, { limit: 9 })).toEqual(seats(appId, 2))
  })
}
