import { AppId } from '@holdfast/contract'
import { afterEach, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { type Observe, observedByAll } from './observe.ts'
import { observedStore } from './observed-store.ts'

const appId = AppId.parse('app_test')
const lease = (name: string) => ({ appId, name, holder: 'me', until: new Date(0), standing: null })

/** Writes down what was begun and how it ended. */
function scribe() {
  const lines: string[] = []
  const observe: Observe = async ({ name }, run) => {
    lines.push(`${name} begins`)
    try {
      return await run()
    } finally {
      lines.push(`${name} ends`)
    }
  }
  return { lines, observe }
}

describe('a store that is looked on', () => {
  const stores: Store[] = []
  const open = async () => {
    const store = await openSqliteStore({ path: ':memory:' })
    stores.push(store)
    return store
  }
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()))
  })

  test('tells of each statement by its collection and verb, and gives what the store gives', async () => {
    const { lines, observe } = scribe()
    const store = observedStore(await open(), observe)
    await store.insert(appId, 'leases', lease('one'))
    expect(await store.count(appId, 'leases', {})).toBe(1)
    expect(lines).toEqual([
      ...['leases.insert begins', 'leases.insert ends'],
      ...['leases.count begins', 'leases.count ends'],
    ])
  })

  test('tells of a transaction, of the statements in it, and of its commit', async () => {
    const { lines, observe } = scribe()
    const store = observedStore(await open(), observe)
    await store.transaction(1_000, async (tx) => tx.insert(appId, 'leases', lease('one')))
    expect(lines.toSpliced(4).sort()).toEqual(
      ['transaction begins', 'leases.insert begins', 'leases.insert ends', 'commit begins'].sort(),
    )
    expect(lines.slice(4).sort()).toEqual(['commit ends', 'transaction ends'])
  })

  test('tells of no commit when the work throws, and throws what it threw', async () => {
    const { lines, observe } = scribe()
    const store = observedStore(await open(), observe)
    const work = store.transaction(1_000, async () => {
      throw new RangeError('no')
    })
    await expect(work).rejects.toThrow(RangeError)
    expect(lines).toEqual(['transaction begins', 'transaction ends'])
  })

  test('ends the commit that came to nothing when the work is run again', async () => {
    const { lines, observe } = scribe()
    const inner = await open()
    const twice: Store = {
      ...inner,
      transaction: async (budgetMs, work) => {
        await inner.transaction(budgetMs, work)
        return inner.transaction(budgetMs, work)
      },
    }
    let runs = 0
    await observedStore(twice, observe).transaction(1_000, async () => (runs += 1))
    expect(runs).toBe(2)
    expect(lines.filter((line) => line === 'commit begins')).toHaveLength(2)
    expect(lines.filter((line) => line === 'commit ends')).toHaveLength(2)
  })

  test('is looked on by several, the first from outside', async () => {
    const [outer, inner] = [scribe(), scribe()]
    const order: string[] = []
    const note =
      (who: string, { observe }: ReturnType<typeof scribe>): Observe =>
      (work, run) => {
        order.push(who)
        return observe(work, run)
      }
    const store = observedStore(await open(), observedByAll(note('outer', outer), note('inner', inner)))
    await store.get(appId, 'leases', { name: 'one' })
    expect(order).toEqual(['outer', 'inner'])
    expect(inner.lines).toEqual(outer.lines)
  })
})
