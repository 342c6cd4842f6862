import { openSqliteStore } from '@holdfast/core/src/store/sqlite.ts'
import { describe, expect, test } from 'vitest'
import { longMs } from './clock.ts'
import { budgetMs, newApp, seat } from './fixtures.ts'
import { temporaryPaths } from './folder.ts'
import { storeSuite } from './suite.ts'

const newPath = temporaryPaths()

storeSuite('SQLite in memory', async () => openSqliteStore({ path: ':memory:', busyTimeoutMs: longMs }))
storeSuite('SQLite in a file', async () => openSqliteStore({ path: newPath(), busyTimeoutMs: longMs }))

describe.each([':memory:', newPath()])('SQLite at %s', (path) => {
  test('closing waits for what runs, happens once, and refuses what comes later', async () => {
    const store = openSqliteStore({ path })
    const appId = newApp()
    const goOn = Promise.withResolvers<void>()
    const running = store.transaction(budgetMs, async (tx) => {
      await goOn.promise
      await tx.insert(appId, 'seats', seat(appId, 1))
    })
    const closed = Promise.all([store.close(), store.close()])
    const late = [
      store.insert(appId, 'seats', seat(appId, 2)),
      store.count(appId, 'seats', {}),
      store.transaction(budgetMs, async () => {}),
    ]
    for (const call of late) await expect(call).rejects.toMatchObject({ code: 'unavailable' })
    goOn.resolve()
    await running
    await closed
  })

  test('a transaction that ends after its budget is undone, though no timer could fire', async () => {
    let now = 0
    const clock = { now: () => now, sleep: async () => {}, deadline: () => new AbortController().signal }
    const store = openSqliteStore({ path, clock })
    const appId = newApp()
    const work = store.transaction(100, async (tx) => {
      await tx.insert(appId, 'seats', seat(appId, 1))
      now = 100
    })
    await expect(work).rejects.toMatchObject({ code: 'unavailable' })
    expect(await store.count(appId, 'seats', {})).toBe(0)
    await store.close()
  })
})

test('a read of a file does not wait for an open transaction', async () => {
  const store = openSqliteStore({ path: newPath() })
  const appId = newApp()
  await store.transaction(budgetMs, async (tx) => {
    await tx.insert(appId, 'seats', seat(appId, 1))
    expect(await store.count(appId, 'seats', {})).toBe(0)
  })
  expect(await store.count(appId, 'seats', {})).toBe(1)
  await store.close()
})

test('two stores in memory share nothing', async () => {
  const stores = [openSqliteStore({ path: ':memory:' }), openSqliteStore({ path: ':memory:' })]
  const appId = newApp()
  for (const store of stores) await store.insert(appId, 'seats', seat(appId, 1))
  for (const store of stores) await store.close()
})
