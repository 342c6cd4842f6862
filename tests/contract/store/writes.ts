import { isDuplicate } from '@holdfast/core/src/store/store.ts'
import { expect, test } from 'vitest'
import { duplicateIn, eventId, grant, reservation, seat, seatId, seats, type World } from './fixtures.ts'

/** Conditional writes, unique keys, and the fence. */
export function writeTests(world: () => World): void {
  test('inserting many documents is all or none', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seat(appId, 500))
    await expect(store.insert(appId, 'seats', seats(appId, 1_000))).rejects.toMatchObject(
      duplicateIn('seats', 'primary'),
    )
    expect(await store.count(appId, 'seats', {})).toBe(1)
    await expect(store.insert(appId, 'seats', [seat(appId, 1), seat(appId, 1)])).rejects.toThrow()
    expect(await store.count(appId, 'seats', {})).toBe(1)
  })

  test('inserting no documents does nothing', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', [])
    expect(await store.count(appId, 'seats', {})).toBe(0)
  })

  test('a duplicate names the index that refused it', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', [seat(appId, 1), seat(appId, 2)])
    const sameKey = store.insert(appId, 'seats', seat(appId, 1, { index: 9 }))
    await expect(sameKey).rejects.toMatchObject(duplicateIn('seats', 'primary'))
    const sameIndex = store.insert(appId, 'seats', seat(appId, 9, { index: 1 }))
    await expect(sameIndex).rejects.toMatchObject(duplicateIn('seats', 'index'))
    const sameBoth = store.insert(appId, 'seats', seat(appId, 1))
    await expect(sameBoth).rejects.toMatchObject(duplicateIn('seats', 'primary'))
    const put = store.putIf(appId, 'seats', seat(appId, 9, { index: 1 }), {})
    await expect(put).rejects.toSatisfy((error) => isDuplicate(error, 'seats', 'index'))
  })

  test('an update that breaks a unique index changes nothing', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seats(appId, 3))
    const update = store.updateIf(appId, 'seats', { index: { in: [1, 2] } }, { set: { index: 7 } })
    await expect(update).rejects.toMatchObject(duplicateIn('seats', 'index'))
    expect(await store.find(appId, 'seats', {}, { limit: 9 })).toEqual(seats(appId, 3))
  })

  test('an update changes what matches, sets and increments in one step, and counts it', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seats(appId, 4))
    await store.updateIf(appId, 'seats', { seatId: seatId(2) }, { set: { state: 'BOOKED' } })
    const changed = await store.updateIf(
      appId,
      'seats',
      { eventId, seatId: { in: [1, 2, 3].map(seatId) }, state: 'AVAILABLE' },
      { set: { state: 'BOOKED', grantId: grant(1), x: 0.5 }, inc: { rev: 2, price: -500 } },
    )
    expect(changed).toBe(2)
    const booked = { state: 'BOOKED', grantId: grant(1), x: 0.5, rev: 2, price: 4000 } as const
    expect(await store.find(appId, 'seats', {}, { limit: 9 })).toEqual([
      seat(appId, 1, booked),
      seat(appId, 2, { state: 'BOOKED' }),
      seat(appId, 3, booked),
      seat(appId, 4),
    ])
  })

  test('an update that changes nothing in a document still counts it', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seats(appId, 2))
    expect(await store.updateIf(appId, 'seats', {}, { set: { state: 'AVAILABLE' } })).toBe(2)
    expect(await store.updateIf(appId, 'seats', { state: 'BOOKED' }, { inc: { rev: 1 } })).toBe(0)
  })

  test('delete deletes what matches and counts it', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seats(appId, 5))
    expect(await store.delete(appId, 'seats', { index: { gt: 3 } })).toBe(2)
    expect(await store.delete(appId, 'seats', { index: { gt: 3 } })).toBe(0)
    expect(await store.count(appId, 'seats', {})).toBe(3)
  })

  test('a decision is written when the grant is absent or ACTIVE, and never a second time', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'reservations', reservation(appId, 1))
    for (const absentOrActive of [1, 2]) {
      const confirmed = reservation(appId, absentOrActive, { status: 'CONFIRMED' })
      await store.putIf(appId, 'reservations', confirmed, { status: 'ACTIVE' })
      for (const status of ['EXPIRED', 'CONFIRMED'] as const) {
        const again = reservation(appId, absentOrActive, { status })
        await expect(store.putIf(appId, 'reservations', again, { status: 'ACTIVE' })).rejects.toMatchObject(
          duplicateIn('reservations', 'primary'),
        )
      }
      const key = { eventId, grantId: grant(absentOrActive) }
      expect(await store.get(appId, 'reservations', key)).toEqual(confirmed)
    }
  })

  test('putIf replaces the whole document, and without a condition always', async () => {
    const { store, appId } = world()
    await store.putIf(appId, 'seats', seat(appId, 1, { category: 'stalls', rev: 4 }), {})
    await store.putIf(appId, 'seats', seat(appId, 1, { row: 'B' }), {})
    expect(await store.find(appId, 'seats', {}, { limit: 9 })).toEqual([seat(appId, 1, { row: 'B' })])
  })
}
