import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemPlatform } from '@holdfast/contract'
import { openSqliteStore } from '@holdfast/core/src/store/sqlite.ts'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startChild } from './children/child.ts'
import { longMs } from './clock.ts'
import { budgetMs, duplicateIn, newApp, seat, seats } from './fixtures.ts'
import { temporaryPaths } from './folder.ts'

const newPath = temporaryPaths()

/** A closed file with so many seats of one app. */
async function fileWithSeats(count: number) {
  const path = newPath()
  const appId = newApp()
  const store = openSqliteStore({ path })
  await store.insert(appId, 'seats', seats(appId, count))
  await store.close()
  return { path, appId }
}

/** Changes a closed file as somebody else would. */
function meddle(path: string, sql: string): void {
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
}

const opening = (path: string) => () => openSqliteStore({ path })
const unusable = (message: RegExp) =>
  expect.objectContaining({ name: 'StoreError', code: 'unusable', message: expect.stringMatching(message) })

describe('a file of ours', () => {
  test('gives back what was committed when it is opened again', async () => {
    const { path, appId } = await fileWithSeats(3)
    const store = openSqliteStore({ path })
    expect(await store.find(appId, 'seats', {}, { limit: 9 })).toEqual(seats(appId, 3))
    await store.close()
  })

  test('gets the collections and indexes that it lacks', async () => {
    const { path, appId } = await fileWithSeats(2)
    meddle(path, 'DROP TABLE outbox; DROP INDEX "seats.index"')
    const store = openSqliteStore({ path })
    expect(await store.count(appId, 'outbox', {})).toBe(0)
    const again = store.insert(appId, 'seats', seat(appId, 3, { index: 1 }))
    await expect(again).rejects.toMatchObject(duplicateIn('seats', 'index'))
    await store.close()
  })

  test('of another layout is refused with both versions', async () => {
    const { path } = await fileWithSeats(1)
    for (const layout of [7, 1]) {
      meddle(path, `PRAGMA user_version = ${layout}`)
      const told = new RegExp(`layout ${layout} .* knows 3; open it with the version`)
      expect(opening(path)).toThrow(unusable(told))
    }
  })

  test('with a document that is none of ours is unusable where it is read', async () => {
    const { path, appId } = await fileWithSeats(2)
    meddle(path, `UPDATE seats SET doc = json_remove(doc, '$.price') WHERE doc ->> 'index' = 2`)
    const store = openSqliteStore({ path })
    const broken = store.find(appId, 'seats', {}, { limit: 9 })
    await expect(broken).rejects.toEqual(unusable(/A-2 of seats does not fit its schema.*price/s))
    expect(await store.find(appId, 'seats', { index: 1 }, { limit: 9 })).toHaveLength(1)
    await store.close()
  })

  test('that is damaged is unusable, at once or where it is read', async () => {
    const { path, appId } = await fileWithSeats(500)
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.fill(0xa5, 4_096))
    const reading = async () => {
      const store = openSqliteStore({ path })
      await store.find(appId, 'seats', {}, { limit: 500 }).finally(() => store.close())
    }
    await expect(reading()).rejects.toEqual(unusable(/damaged; restore a backup/))
  })
})

describe('a path that is no file of ours', () => {
  test('a file that is no database is refused and left alone', () => {
    const path = newPath()
    const text = 'name,email\n'.repeat(1_000)
    writeFileSync(path, text)
    expect(opening(path)).toThrow(unusable(/no SQLite database; name a file of Holdfast/))
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test("another program's database is refused and left alone", () => {
    const path = newPath()
    meddle(path, 'CREATE TABLE seats (id); PRAGMA user_version = 1')
    const before = readFileSync(path)
    expect(opening(path)).toThrow(unusable(/database of another program/))
    expect(readFileSync(path)).toEqual(before)
  })

  test('a folder, and a file in a folder that is not there, are refused', () => {
    const path = newPath()
    mkdirSync(path)
    expect(opening(path)).toThrow(unusable(/cannot be opened; name a file in a folder that exists/))
    expect(opening(join(path, 'missing', 'store.db'))).toThrow(unusable(/in a folder that exists/))
  })
})

describe('a file that another process has locked', () => {
  const lock = async (path: string) => {
    const child = startChild('locker.ts', path)
    onTestFinished(async () => void (await child.kill()))
    await child.linesUntil((line) => line === 'locked')
    return child
  }
  const locked = expect.objectContaining({
    name: 'StoreError',
    code: 'unavailable',
    message: expect.stringMatching(/another process keeps the file locked/),
  })

  test('is unavailable for writing within the budget, readable, and usable once it is free', async () => {
    const { path, appId } = await fileWithSeats(2)
    // Only waiting takes time by this clock.
    let nowMs = 0
    const sleep = async (ms: number) => {
      nowMs += ms
      await systemPlatform.sleep(1)
    }
    const clock = { now: () => nowMs, sleep, deadline: () => new AbortController().signal }
    const store = openSqliteStore({ path, busyTimeoutMs: 60, clock })
    const other = await lock(path)
    const raise = () => store.updateIf(appId, 'seats', {}, { inc: { rev: 1 } })
    await expect(store.transaction(60, (tx) => tx.delete(appId, 'seats', {}))).rejects.toEqual(locked)
    await expect(raise()).rejects.toEqual(locked)
    expect(nowMs).toBe(120)
    expect(await store.count(appId, 'seats', { rev: 0 })).toBe(2)

    const patient = store.transaction(10 * budgetMs, (tx) =>
      tx.updateIf(appId, 'seats', {}, { inc: { rev: 1 } }),
    )
    other.say('release')
    expect(await patient).toBe(2)
    expect(await raise()).toBe(2)
    await store.close()
  })

  test('does not stop this process while a transaction waits for it', async () => {
    const { path, appId } = await fileWithSeats(1)
    const store = openSqliteStore({ path, busyTimeoutMs: longMs })
    const other = await lock(path)
    const waiting = store.transaction(budgetMs, (tx) => tx.delete(appId, 'seats', {}))
    const turn = new Promise((resolve) => setImmediate(resolve, 'the event loop'))
    expect(await Promise.race([waiting, turn])).toBe('the event loop')
    other.say('release')
    expect(await waiting).toBe(1)
    await store.close()
  })

  test('cannot be opened, and says why', async () => {
    const { path } = await fileWithSeats(1)
    await lock(path)
    expect(() => openSqliteStore({ path, busyTimeoutMs: 20 })).toThrow(locked)
  })
})

test('two stores on one new file lose no update', async () => {
  const path = newPath()
  const stores = [1, 2].map(() => openSqliteStore({ path, busyTimeoutMs: longMs }))
  const appId = newApp()
  await stores[0]?.insert(appId, 'seats', seat(appId, 1))
  const raise = stores.flatMap((store) =>
    Array.from({ length: 50 }, () => store.updateIf(appId, 'seats', {}, { inc: { rev: 1 } })),
  )
  await Promise.all(raise)
  expect(await stores[1]?.count(appId, 'seats', { rev: 100 })).toBe(1)
  for (const store of stores) await store.close()
})
