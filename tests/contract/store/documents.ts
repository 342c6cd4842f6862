import { expect, test } from 'vitest'
import { after, claim, eventId, grant, noon, reservation, seat, seatId, type World } from './fixtures.ts'

/** What goes in comes out, and nothing else goes in. */
export function documentTests(world: () => World): void {
  test('a document comes back as it was written, dates, nulls and lists included', async () => {
    const { store, appId } = world()
    const doc = reservation(appId, 1, {
      until: after(1),
      seats: [
        { id: seatId(1), price: 0 },
        { id: seatId(2), price: 1_000_000_000 },
      ],
    })
    await store.insert(appId, 'reservations', doc)
    expect(await store.get(appId, 'reservations', { eventId, grantId: grant(1) })).toEqual(doc)
  })

  test('text survives whatever is in it, and is found by it', async () => {
    const { store, appId } = world()
    const texts = [
      `'; DROP TABLE "seats" --`,
      '$.seatId',
      '"\\\n\t',
      'Ö 座席 🎭',
      '',
      '%_*?[a]',
      'null',
      '12',
    ]
    await store.insert(
      appId,
      'seats',
      texts.map((category, index) => seat(appId, index, { category })),
    )
    for (const [index, category] of texts.entries()) {
      const found = await store.find(appId, 'seats', { category }, { limit: 10 })
      expect(found.map((doc) => doc.index)).toEqual([index])
    }
  })

  test('fractions and the largest integers keep every digit', async () => {
    const { store, appId } = world()
    const doc = seat(appId, 1, { x: 0.1 + 0.2, y: -1e-9, rev: Number.MAX_SAFE_INTEGER })
    await store.insert(appId, 'seats', doc)
    expect(await store.find(appId, 'seats', { rev: Number.MAX_SAFE_INTEGER }, { limit: 1 })).toEqual([doc])
    await store.updateIf(appId, 'seats', {}, { inc: { rev: -2 } })
    await store.updateIf(appId, 'seats', {}, { inc: { rev: 2 } })
    expect(await store.find(appId, 'seats', {}, { limit: 1 })).toEqual([doc])
  })

  test('changing a document that was given or returned changes nothing in the store', async () => {
    const { store, appId } = world()
    const given = reservation(appId, 1)
    await store.insert(appId, 'reservations', given)
    given.seats.push({ id: seatId(9), price: 1 })
    const key = { eventId, grantId: grant(1) }
    const returned = await store.get(appId, 'reservations', key)
    if (returned === null) throw new Error('the reservation is missing')
    returned.seats.length = 0
    returned.createdAt.setTime(0)
    expect(await store.get(appId, 'reservations', key)).toEqual(reservation(appId, 1))
  })

  test('a key that nobody has reads as null', async () => {
    const { store, appId } = world()
    expect(await store.get(appId, 'seats', { eventId, seatId: seatId(1) })).toBeNull()
  })

  test('a document with NaN, undefined or an invalid date is refused and not written', async () => {
    const { store, appId } = world()
    const refused = [
      seat(appId, 1, { price: Number.NaN }),
      seat(appId, 2, { x: Number.POSITIVE_INFINITY }),
      // @ts-expect-error: the type refuses it too
      seat(appId, 3, { category: undefined }),
    ]
    for (const doc of refused) await expect(store.insert(appId, 'seats', doc)).rejects.toThrow(TypeError)
    const invalid = claim(appId, 'k', new Date(Number.NaN))
    await expect(store.insert(appId, 'idempotency', invalid)).rejects.toThrow(TypeError)
    const unwritten = seat(appId, 4, { price: 0.5 })
    await expect(store.putIf(appId, 'seats', unwritten, {})).rejects.toThrow(TypeError)
    expect(await store.count(appId, 'seats', {})).toBe(0)
    expect(await store.count(appId, 'idempotency', {})).toBe(0)
  })

  test('a change to NaN, to undefined or to another type is refused and not made', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seat(appId, 1))
    const refused = [
      store.updateIf(appId, 'seats', {}, { set: { price: Number.NaN } }),
      store.updateIf(appId, 'seats', {}, { inc: { rev: Number.NaN } }),
      store.updateIf(appId, 'seats', {}, { inc: { rev: 0.5 } }),
      // @ts-expect-error: the type refuses it too
      store.updateIf(appId, 'seats', {}, { set: { state: undefined } }),
      // @ts-expect-error: the type refuses it too
      store.updateIf(appId, 'seats', {}, { set: { state: 'SOLD' } }),
    ]
    for (const update of refused) await expect(update).rejects.toThrow(TypeError)
    expect(await store.find(appId, 'seats', {}, { limit: 2 })).toEqual([seat(appId, 1)])
  })

  test('a change names a field once, never one of the key, and is never empty', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seat(appId, 1))
    const refused = [
      store.updateIf(appId, 'seats', {}, {}),
      store.updateIf(appId, 'seats', {}, { set: { rev: 2 }, inc: { rev: 1 } }),
      // @ts-expect-error: the type refuses it too
      store.updateIf(appId, 'seats', {}, { set: { seatId: seatId(2) } }),
      // @ts-expect-error: the type refuses it too
      store.updateIf(appId, 'seats', {}, { set: { appId } }),
      // @ts-expect-error: the type refuses it too
      store.updateIf(appId, 'seats', {}, { set: { colour: 'red' } }),
    ]
    for (const update of refused) await expect(update).rejects.toThrow(TypeError)
  })

  test('purgeExpired deletes what is over, keeps the rest, and says how many there were', async () => {
    const { store, appId } = world()
    const purge = () => store.purgeExpired(noon)
    await purge()
    await store.insert(appId, 'idempotency', [
      claim(appId, 'over', after(-1)),
      claim(appId, 'over now', noon),
      claim(appId, 'alive', after(1)),
    ])
    expect(await purge()).toBe(2)
    expect(await purge()).toBe(0)
    const left = await store.find(appId, 'idempotency', {}, { limit: 10 })
    expect(left.map((doc) => doc.key)).toEqual(['alive'])
  })

  test('a decision is purged by the time that was written with it, and one that has none is kept for ever', async () => {
    const { store, appId } = world()
    const late = after(100 * 365 * 24 * 3_600_000)
    await store.insert(appId, 'reservations', [
      reservation(appId, 1, { status: 'EXPIRED', expiresAt: after(-1) }),
      reservation(appId, 2, { status: 'RELEASED', expiresAt: after(1) }),
      reservation(appId, 3, { status: 'EXPIRED' }),
      reservation(appId, 4, { status: 'CONFIRMED' }),
      reservation(appId, 5),
    ])
    await store.purgeExpired(noon)
    const left = async () =>
      (await store.find(appId, 'reservations', {}, { limit: 9 })).map((one) => one.grantId)
    expect(await left()).toEqual([2, 3, 4, 5].map(grant))
    // What is decided later takes the time with it, in the same statement.
    const ended = { status: 'EXPIRED', expiresAt: after(5) } as const
    await store.updateIf(
      appId,
      'reservations',
      { eventId, grantId: grant(5), status: 'ACTIVE' },
      { set: ended },
    )
    await store.purgeExpired(late)
    expect(await left()).toEqual([3, 4].map(grant))
  })

  test('a decision, a payment and an order that an older core wrote have no end', async () => {
    const { store, appId } = world()
    const { expiresAt: _, ...older } = reservation(appId, 1, { status: 'EXPIRED' })
    await store.insert(appId, 'reservations', older as never)
    expect(await store.find(appId, 'reservations', {}, { limit: 1 })).toEqual([{ ...older, expiresAt: null }])
  })
}
