import { AppId } from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EdgeRefused } from '../http/edge-assertion.ts'
import { openSqliteStore } from '../store/sqlite.ts'
import { everyApp, poolScope, type Store, StoreError } from '../store/store.ts'
import { auditedStore, onRecord } from './audited-store.ts'
import { entryIdOf } from './digests.ts'
import { type Call, entryMaker } from './entry.ts'

const appId = AppId.parse('app_1')
const at = new Date('2026-11-23T12:00:00Z')
const claim = {
  owner: 'guest:g' as never,
  key: 'k',
  fingerprint: 'f',
  token: 't',
  status: 'CLAIMED',
} as const

let bare: Store
let store: Store
beforeEach(async () => {
  bare = await openSqliteStore({ path: ':memory:' })
  store = auditedStore(bare)
})
afterEach(() => bare.close())

const call = (name = 'one', more: Partial<Call> = {}): Parameters<typeof onRecord>[1] =>
  entryMaker(
    { platform: { now: () => at.getTime() } },
    {
      ...{ entryId: entryIdOf(name), actorKind: 'key', actor: 'key_1', user: null, operation: 'test' },
      ...{ ids: { rowId: 'r' }, address: '192.0.2.1', requestId: 'req_1' },
      said: () => ({ fields: ['a'] }),
      ...more,
    },
  )
const lease = (name: string) => ({ appId, name, holder: 'h', until: at, standing: null })
const entries = () => bare.find(everyApp, 'auditLog', {}, { limit: 10 })
const names = async () => (await bare.find(appId, 'leases', {}, { limit: 10 })).map(({ name }) => name)

describe('a call that is on record', () => {
  test('leaves its entry with the first transaction that changes something, and one only', async () => {
    await onRecord({ store }, call(), async () => {
      await store.transaction(1_000, (tx) => tx.count(appId, 'leases', {}))
      expect(await entries()).toEqual([])
      await store.transaction(1_000, (tx) => tx.insert(appId, 'leases', lease('a')))
      expect(await entries()).toHaveLength(1)
      await store.insert(appId, 'leases', lease('b'))
      await store.delete(appId, 'leases', { name: 'a' })
    })
    expect(await entries()).toEqual([
      {
        ...{ appId, entryId: entryIdOf('one'), actorKind: 'key', actor: 'key_1', user: null },
        ...{ operation: 'test', outcome: 'changed', fields: ['a'], object: 'r', ids: { rowId: 'r' } },
        ...{ address: '192.0.2.1', requestId: 'req_1', createdAt: at },
        cursor: `00${at.getTime()}-${entryIdOf('one')}`,
        expiresAt: new Date(at.getTime() + 400 * 86_400_000),
      },
    ])
  })

  const alone: [string, (on: Store) => Promise<unknown>][] = [
    ['insert', (on) => on.insert(appId, 'leases', lease('b'))],
    ['updateIf', (on) => on.updateIf(appId, 'leases', { name: 'a' }, { set: { holder: 'other' } })],
    ['putIf', (on) => on.putIf(appId, 'leases', lease('a'), {})],
    ['delete', (on) => on.delete(appId, 'leases', { name: 'a' })],
  ]
  test.each(alone)('leaves it with a single %s as well', async (_, write) => {
    await bare.insert(appId, 'leases', lease('a'))
    await onRecord({ store }, call(), () => write(store))
    expect(await entries()).toHaveLength(1)
  })

  test('leaves none where its transaction is undone, nor where a statement meets nothing', async () => {
    const fault = new Error('undone')
    const work = () =>
      store.transaction(1_000, async (tx) => {
        await tx.insert(appId, 'leases', lease('a'))
        throw fault
      })
    await expect(onRecord({ store }, call(), work)).rejects.toBe(fault)
    await onRecord({ store }, call(), async () => {
      await store.updateIf(appId, 'leases', { name: 'none' }, { set: { holder: 'x' } })
      await store.delete(appId, 'leases', { name: 'none' })
    })
    expect([await entries(), await names()]).toEqual([[], []])
  })

  test('leaves none for the claim of a key alone, but for what is done with it', async () => {
    const doc = { appId, ...claim, claimedAt: at, about: null, expiresAt: at, reply: null }
    await onRecord({ store }, call(), async () => {
      await store.insert(appId, 'idempotency', doc)
      expect(await entries()).toEqual([])
      await store.insert(appId, 'leases', lease('a'))
    })
    await onRecord({ store }, call('again'), () => store.delete(appId, 'idempotency', {}))
    expect(await entries()).toHaveLength(1)
  })

  test('leaves one by itself at the end when it succeeds and changes nothing', async () => {
    await onRecord(
      { store },
      call(),
      async () => {},
      () => true,
    )
    expect(await entries()).toMatchObject([{ appId: 'system', outcome: 'unchanged', object: 'r' }])
  })

  test('leaves one when it writes several things at once', async () => {
    await onRecord({ store }, call(), () =>
      Promise.all(['a', 'b', 'c'].map((name) => store.insert(appId, 'leases', lease(name)))),
    )
    expect([await entries(), await names()]).toMatchObject([[{ outcome: 'changed' }], ['a', 'b', 'c']])
  })

  test('leaves one when its transaction has to run again', async () => {
    let runs = 0
    const transaction: Store['transaction'] = (budgetMs, work) =>
      bare
        .transaction(budgetMs, async (tx) => {
          const result = await work(tx)
          if (++runs < 3) throw new RangeError('again')
          return result
        })
        .catch((error: unknown) => {
          if (error instanceof RangeError) return transaction(budgetMs, work)
          throw error
        })
    const busy = auditedStore({ ...bare, transaction })
    await onRecord({ store: busy }, call(), () => busy.insert(appId, 'leases', lease('a')))
    expect([runs, await names()]).toEqual([3, ['a']])
    expect(await entries()).toHaveLength(1)
  })

  test('is known by the app and the id of what it makes, where neither is said', async () => {
    const key = { keyId: 'k1', kind: 'secret', hash: 'h', digest: null, use: null } as const
    const doc = { appId, ...key, expiresAt: null, createdAt: at }
    await onRecord({ store }, call('made', { ids: {} }), async () => store.insert(appId, 'keys', doc))
    await onRecord({ store }, call('pool', { ids: {} }), () =>
      store.insert(poolScope, 'leases', { ...lease('a'), appId: poolScope }),
    )
    const found = await entries()
    expect(found.map(({ object, ids, appId: app }) => [app, object, ids])).toEqual([
      [appId, 'k1', { keyId: 'k1' }],
      [poolScope, null, {}],
    ])
  })

  test('that comes again changes nothing and is refused, whatever it would change', async () => {
    await onRecord({ store }, call(), () => store.insert(appId, 'leases', lease('a')))
    const other = AppId.parse('app_2')
    const again: (() => Promise<unknown>)[] = [
      () => store.insert(appId, 'leases', lease('b')),
      () => store.transaction(1_000, (tx) => tx.delete(appId, 'leases', {})),
      () => store.insert(other, 'leases', { ...lease('b'), appId: other }),
    ]
    for (const work of again)
      await expect(onRecord({ store }, call(), work)).rejects.toBeInstanceOf(EdgeRefused)
    const idle = onRecord(
      { store },
      call(),
      async () => {},
      () => true,
    )
    await expect(idle).rejects.toBeInstanceOf(EdgeRefused)
    expect([await names(), (await entries()).length]).toEqual([['a'], 1])
    expect(await bare.count(other, 'leases', {})).toBe(0)
  })

  test('whose first transaction may have been committed or not goes on, with one entry', async () => {
    for (const isCommitted of [true, false]) {
      let isFirst = true
      const name = `unknown-${isCommitted}`
      const lossy = auditedStore({
        ...bare,
        async transaction(budgetMs, work) {
          if (!isFirst) return bare.transaction(budgetMs, work)
          isFirst = false
          if (isCommitted) await bare.transaction(budgetMs, work)
          throw new StoreError('outcome_unknown', 'nobody knows')
        },
      })
      await onRecord({ store: lossy }, call(name), async () => {
        await lossy.insert(appId, 'leases', lease(`${name}-1`)).catch(() => {})
        await lossy.insert(appId, 'leases', lease(`${name}-2`))
      })
      expect(await bare.count(everyApp, 'auditLog', { entryId: entryIdOf(name) })).toBe(1)
      expect(await names()).toContain(`${name}-2`)
    }
  })

  test('leaves nothing to what goes on behind it', async () => {
    let later = async () => {}
    await onRecord({ store }, call(), async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const work = promise.then(() => store.insert(appId, 'leases', lease('late')))
      later = () => {
        resolve()
        return work
      }
    })
    await later()
    expect([await names(), await entries()]).toEqual([['late'], []])
  })
})

test('a call of a buyer goes to the store itself: what it is given is the very promise of it', () => {
  const never = new Promise<never>(() => {})
  const still = auditedStore({ ...bare, transaction: () => never, insert: () => never })
  expect(still.transaction(1_000, async () => {})).toBe(never)
  expect(still.insert(appId, 'leases', lease('a'))).toBe(never)
  expect([still.get, still.find]).toEqual([bare.get, bare.find])
})
