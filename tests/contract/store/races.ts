import { isDuplicate, type Statements } from '@holdfast/core/src/store/store.ts'
import { expect, test } from 'vitest'
import { budgetMs, eventId, grant, reservation, seat, seatId, seats, type World } from './fixtures.ts'

class Lost extends Error {}

/** Many callers at once. */
export function raceTests(world: () => World): void {
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)

  /** Books those seats for that grant, all or none. */
  const book =
    ({ store, appId }: World) =>
    (number: number, indexes: readonly number[]): Promise<boolean> => {
      const work = async (tx: Statements) => {
        const booked = await tx.updateIf(
          appId,
          'seats',
          { eventId, seatId: { in: indexes.map(seatId) }, state: 'AVAILABLE' },
          { set: { state: 'BOOKED', grantId: grant(number) }, inc: { rev: 1 } },
        )
        if (booked !== indexes.length) throw new Lost()
        return true
      }
      return store.transaction(budgetMs, work).catch((error: unknown) => {
        if (error instanceof Lost) return false
        throw error
      })
    }

  test('of 1,000 rivals for the same five seats exactly one gets them, and all five', async () => {
    const here = world()
    await here.store.insert(here.appId, 'seats', seats(here.appId, 6))
    const outcomes = await Promise.all(upTo(1_000).map((number) => book(here)(number, [1, 2, 3, 4, 5])))
    expect(outcomes.filter(Boolean)).toHaveLength(1)
    const winner = grant(outcomes.indexOf(true) + 1)
    const sold = await here.store.find(here.appId, 'seats', { state: 'BOOKED' }, { limit: 9 })
    expect(sold.map(({ grantId, rev, index }) => ({ grantId, rev, index }))).toEqual(
      [1, 2, 3, 4, 5].map((index) => ({ grantId: winner, rev: 1, index })),
    )
  })

  test('I7: rivals for overlapping seats get all of theirs or none, and no seat twice', async () => {
    const here = world()
    await here.store.insert(here.appId, 'seats', seats(here.appId, 20))
    const wishes = upTo(200).map((number) => [number, number * 3, number * 7 + 5].map((at) => (at % 20) + 1))
    const distinct = wishes.map((wish) => [...new Set(wish)])
    const outcomes = await Promise.all(distinct.map((wish, at) => book(here)(at + 1, wish)))
    const expected = outcomes.flatMap((won, at) => (won ? (distinct[at] ?? []) : []))
    expect(new Set(expected).size).toBe(expected.length)
    const sold = await here.store.find(here.appId, 'seats', { state: 'BOOKED' }, { limit: 99 })
    expect(sold.map((doc) => doc.index).sort()).toEqual(expected.sort())
    expect(sold.every((doc) => doc.rev === 1)).toBe(true)
    expect(outcomes.filter(Boolean).length).toBeGreaterThan(2)
  })

  test('I9: of 300 deciders of one grant exactly one decides', async () => {
    const { store, appId } = world()
    const decide = (status: 'CONFIRMED' | 'EXPIRED') =>
      store
        .putIf(appId, 'reservations', reservation(appId, 1, { status }), { status: 'ACTIVE' })
        .then(() => status)
        .catch((error: unknown) => {
          if (isDuplicate(error, 'reservations', 'primary')) return null
          throw error
        })
    const decided = await Promise.all(upTo(300).map((at) => decide(at % 2 === 0 ? 'CONFIRMED' : 'EXPIRED')))
    const [winner, ...others] = decided.filter((status) => status !== null)
    expect(others).toEqual([])
    expect(await store.get(appId, 'reservations', { eventId, grantId: grant(1) })).toMatchObject({
      status: winner,
    })
  })

  test('F20: 300 transactions that read, then write, lose no update', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seat(appId, 1))
    const key = { eventId, seatId: seatId(1) }
    const raise = async (tx: Statements) => {
      const before = await tx.get(appId, 'seats', key)
      await tx.updateIf(appId, 'seats', key, { set: { rev: (before?.rev ?? 0) + 1 } })
    }
    await Promise.all(upTo(300).map(() => store.transaction(budgetMs, raise)))
    expect(await store.get(appId, 'seats', key)).toMatchObject({ rev: 300 })
  })

  test('300 single increments at once lose no update', async () => {
    const { store, appId } = world()
    await store.insert(appId, 'seats', seat(appId, 1))
    const counts = await Promise.all(
      upTo(300).map(() => store.updateIf(appId, 'seats', { index: 1 }, { inc: { rev: 1 } })),
    )
    expect(counts.every((count) => count === 1)).toBe(true)
    expect(await store.count(appId, 'seats', { rev: 300 })).toBe(1)
  })

  test('of 100 claims of one key exactly one is made', async () => {
    const { store, appId } = world()
    const made = await Promise.all(
      upTo(100).map((rev) =>
        store.insert(appId, 'seats', seat(appId, 1, { rev })).then(
          () => true,
          (error: unknown) => !isDuplicate(error, 'seats', 'primary'),
        ),
      ),
    )
    expect(made.filter(Boolean)).toHaveLength(1)
  })
}
