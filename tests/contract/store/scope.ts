import { everyApp } from '@holdfast/core/src/store/store.ts'
import { expect, test } from 'vitest'
import { eventId, newApp, noon, outboxRow, reservation, seat, seatId, seats, type World } from './fixtures.ts'

/** One app never meets another's documents, not even by the same ids. */
export function scopeTests(world: () => World): void {
  const neighbours = async () => {
    const { store, appId } = world()
    const other = newApp()
    for (const each of [appId, other]) await store.insert(each, 'seats', seats(each, 2))
    return { store, appId, other }
  }

  test('reads see the documents of their app only', async () => {
    const { store, appId, other } = await neighbours()
    expect(await store.get(appId, 'seats', { eventId, seatId: seatId(1) })).toEqual(seat(appId, 1))
    expect(await store.find(appId, 'seats', {}, { limit: 9 })).toEqual(seats(appId, 2))
    expect(await store.find(appId, 'seats', { appId: other }, { limit: 9 })).toEqual([])
    expect(await store.count(appId, 'seats', { eventId })).toBe(2)
  })

  test("writes leave another app's documents untouched", async () => {
    const { store, appId, other } = await neighbours()
    expect(await store.updateIf(appId, 'seats', { eventId }, { inc: { rev: 1 } })).toBe(2)
    expect(await store.updateIf(appId, 'seats', { appId: other }, { inc: { rev: 1 } })).toBe(0)
    await store.putIf(appId, 'seats', seat(appId, 1, { state: 'BOOKED' }), { state: 'AVAILABLE' })
    await store.putIf(appId, 'reservations', reservation(appId, 1), { status: 'ACTIVE' })
    expect(await store.delete(appId, 'seats', {})).toBe(2)
    expect(await store.find(other, 'seats', {}, { limit: 9 })).toEqual(seats(other, 2))
    expect(await store.count(other, 'reservations', {})).toBe(0)
  })

  test("another app's document is refused and not written", async () => {
    const { store, appId } = world()
    const other = newApp()
    await expect(store.insert(appId, 'seats', [seat(appId, 1), seat(other, 2)])).rejects.toThrow(TypeError)
    await expect(store.putIf(appId, 'seats', seat(other, 1), {})).rejects.toThrow(TypeError)
    expect(await store.count(appId, 'seats', {})).toBe(0)
    expect(await store.count(other, 'seats', {})).toBe(0)
  })

  test('a read of every app finds them all, in the order asked for', async () => {
    const { store, appId } = world()
    const other = newApp()
    const subject = `event of ${appId}`
    await store.insert(appId, 'outbox', outboxRow(appId, 'row_b', { subject }))
    await store.insert(other, 'outbox', outboxRow(other, 'row_a', { subject, dueAt: new Date(0) }))
    const filter = { subject, status: 'READY', dueAt: { lte: noon } } as const
    const found = await store.find(everyApp, 'outbox', filter, { limit: 9, orderBy: 'dueAt' })
    expect(found.map((row) => row.appId)).toEqual([other, appId])
    expect(await store.count(everyApp, 'outbox', filter)).toBe(2)
    const byKey = await store.find(everyApp, 'outbox', filter, { limit: 9 })
    expect(byKey.map((row) => row.appId)).toEqual([appId, other].sort())
  })

  test('an index that spans all apps is unique across them', async () => {
    const { store, appId } = world()
    const other = newApp()
    const named = { keyId: `of ${appId}`, kind: 'secret', hash: 'h', digest: null, use: null } as const
    const key = { ...named, expiresAt: null, createdAt: noon }
    await store.insert(appId, 'keys', { appId, ...key })
    await expect(store.insert(other, 'keys', { appId: other, ...key })).rejects.toMatchObject({
      duplicate: { collection: 'keys', index: 'keyId' },
    })
    const [found] = await store.find(everyApp, 'keys', { keyId: key.keyId }, { limit: 1 })
    expect(found?.appId).toBe(appId)
  })
}
