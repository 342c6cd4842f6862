import { EventId } from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import { type Entry, type Store, StoreError } from '../store/store.ts'
import {
  entriesOf,
  type Moving,
  oldApp,
  openMoving,
  unifiedApp,
  unifiedBooking,
  unifiedSeat,
  unifiedUser,
} from './testing.ts'

let moving: Moving
beforeEach(async () => {
  moving = await openMoving(openSqliteStore({ path: ':memory:' }))
  await moving.write('apps', [unifiedApp()])
  await moving.write('users', [unifiedUser(1)])
  await moving.write('seats', [
    unifiedSeat(1, { status: 'BOOKED' }),
    unifiedSeat(2, { status: 'BOOKED' }),
    unifiedSeat(3, { entityId: 'a film' }),
    // More than one transaction's worth.
    ...Array.from({ length: 1_001 }, (_, n) => unifiedSeat(10 + n, { entityId: 'a film' })),
  ])
  await moving.write('bookings', [unifiedBooking(1), unifiedBooking(3, { paymentStatus: 'FAILED' })])
})
afterEach(() => moving.close())

const crash = new Error('the process was killed')

/** A store whose process dies at its n-th write: before it, or when it was done and nobody was told. */
function dyingAt(store: Store, n: number, moment: 'before' | 'after') {
  let writes = 0
  const mortal =
    <Args extends unknown[], Result>(write: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      writes += 1
      if (writes < n) return write(...args)
      if (writes === n && moment === 'after') await write(...args)
      throw crash
    }
  const dying: Store = {
    ...store,
    insert: mortal(store.insert) as Store['insert'],
    updateIf: mortal(store.updateIf) as Store['updateIf'],
    putIf: mortal(store.putIf) as Store['putIf'],
    delete: mortal(store.delete) as Store['delete'],
    transaction: mortal(store.transaction) as Store['transaction'],
  }
  return { dying, hasDied: () => writes >= n }
}

/** The rows of an outbox are named at random. */
const comparable = (entries: readonly Entry[]): string[] =>
  entries
    .map(({ collection, doc }) =>
      JSON.stringify([collection, collection === 'outbox' ? { ...doc, rowId: '' } : doc]),
    )
    .sort()

test('An import that is killed at any write ends, run again, in the store that it would have made at once', async () => {
  await moving.unified()
  const whole = comparable(await moving.everything())
  for (const moment of ['before', 'after'] as const) {
    for (let n = 1; ; n++) {
      const store = openSqliteStore({ path: ':memory:' })
      const { dying, hasDied } = dyingAt(store, n, moment)
      const outcome = await moving.unified({ store: dying }).catch((error: unknown) => error)
      if (hasDied()) expect(outcome).toBe(crash)
      await moving.unified({ store })
      expect(comparable(await entriesOf(store)), `killed ${moment} write ${n}`).toEqual(whole)
      await store.close()
      if (!hasDied()) break
    }
  }
})

test('An import that is killed at any write leaves no app without its key and no sold seat for sale', async () => {
  const eventId = EventId.parse('concert')
  for (const moment of ['before', 'after'] as const) {
    for (let n = 1; ; n++) {
      const store = openSqliteStore({ path: ':memory:' })
      const { dying, hasDied } = dyingAt(store, n, moment)
      await moving.unified({ store: dying }).catch(() => {})
      const [apps, keys] = [await store.count(oldApp, 'apps', {}), await store.count(oldApp, 'keys', {})]
      expect(keys).toBe(apps)
      const forSale = { eventId, state: 'AVAILABLE', blocked: false } as const
      expect(await store.count(oldApp, 'seats', forSale)).toBe(0)
      await store.close()
      if (!hasDied()) break
    }
  }
})

test('What somebody makes here while an import writes is left to them, and the import is to be run again', async () => {
  const { store } = moving
  const late: Store = {
    ...store,
    insert: async () => {
      throw new StoreError('duplicate', 'taken', { duplicate: { collection: 'users', index: 'email' } })
    },
  }
  await expect(moving.unified({ store: late })).rejects.toThrow(/meanwhile: run the same import again/)
})

test('A seat that is sold here while an import writes stays with who bought it', async () => {
  const { store } = moving
  const racing: Store = {
    ...store,
    transaction: async (budgetMs, work) => {
      await store.updateIf(oldApp, 'seats', { number: 'A1' }, { set: { state: 'BOOKED' } })
      return store.transaction(budgetMs, work)
    },
  }
  await expect(moving.unified({ store: racing })).rejects.toThrow(/was sold here meanwhile/)
  expect(await store.count(oldApp, 'bookings', {})).toBe(0)
})
