import { AppId, EventId } from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { confirm, pinned } from '../../bookings/testing.ts'
import { testCore } from '../../testing.ts'
import { openSqliteStore } from '../sqlite.ts'
import { everyApp, type Statements, type Store, StoreError, systemScope } from '../store.ts'
import { countAll, exportStore } from './export-store.ts'
import { TransferError } from './format.ts'
import { assertWhole, importStore } from './import-store.ts'

const at = new Date('2026-11-23T12:00:00.000Z')

let target: Store
let lines: string[]
beforeEach(async () => {
  target = openSqliteStore({ path: ':memory:' })
  lines = await soldEvent()
})
afterEach(() => target.close())

async function linesOf(store: Store): Promise<string[]> {
  const all: string[] = []
  for await (const line of exportStore(store, at, () => {})) all.push(line)
  return all
}

/** The export of a store with an event that was sold, and with things that are not carried. */
async function soldEvent(): Promise<string[]> {
  const { core, ...world } = await testCore()
  await confirm({ core, ...world }, { n: 1, pin: pinned('A-1', 'A-2') })
  await confirm({ core, ...world }, { n: 2, pin: pinned('A-2') })
  const lease = { appId: systemScope, name: 'sweep', holder: 'x', until: at, standing: null }
  await core.store.insert(systemScope, 'leases', lease)
  const exported = await linesOf(core.store)
  await core.store.close()
  return exported
}

async function* given(all: readonly string[]): AsyncGenerator<string> {
  yield* all
}

const importInto = (store: Store, all: readonly string[] = lines) =>
  importStore(
    store,
    () => given(all),
    at,
    () => () => {},
  )

const failure = (asked: Promise<unknown>): Promise<unknown> => asked.catch((error: unknown) => error)

describe('a copy', () => {
  test('is the same lines again after it was imported, whatever the store', async () => {
    expect(await importInto(target)).toEqual({ word: 'imported', count: lines.length - 2 })
    expect(await linesOf(target)).toEqual(lines)
    expect(lines.some((line) => line.includes('"BOOKED"'))).toBe(true)
    expect(await countAll(target, everyApp)).toBe(lines.length - 2)
  })

  test('leaves out who does a job just now', () => {
    expect(lines.find((line) => line.startsWith('{"collection":"leases"'))).toBeUndefined()
  })

  test('that was imported already is not imported again', async () => {
    await importInto(target)
    expect(await importInto(target)).toEqual({ word: 'already', count: lines.length - 2 })
    expect(await linesOf(target)).toEqual(lines)
  })

  test('is refused by a store that has something, which stays as it was', async () => {
    await importInto(target)
    const before = await linesOf(target)
    const refusal = await failure(importInto(target, await soldEvent()))
    expect(refusal).toBeInstanceOf(TransferError)
    expect(String(refusal)).toContain('the store is not empty')
    expect(await linesOf(target)).toEqual(before)
  })
})

describe('a file that is not as it was exported writes nothing, and says why:', () => {
  const last = () => lines.length - 1
  const changed = (line: number, from: string | RegExp, to: string) =>
    lines.map((text, at) => (at === line ? text.replace(from, to) : text))

  test.each<[string, () => readonly string[], RegExp]>([
    ['nothing in it', () => [], /ends after line 0/],
    ['cut off before its end', () => lines.slice(0, -1), /cut off/],
    [
      'cut off within a line',
      () => [...lines.slice(0, 5), lines[5]?.slice(0, 20) ?? ''],
      /line 6 is no JSON/,
    ],
    ['without a line', () => lines.toSpliced(4, 1), /checksums differ/],
    ['with a line twice', () => lines.toSpliced(4, 0, lines[4] ?? ''), /checksums differ/],
    [
      'with lines in another order',
      () => lines.toSpliced(4, 2, lines[5] ?? '', lines[4] ?? ''),
      /checksums differ/,
    ],
    ['with a price changed', () => changed(5, '4500', '4501'), /checksums differ/],
    [
      'of a newer format',
      () => changed(0, /"format":\d+/, '"format":99'),
      /line 1 says format 99.*newer one/,
    ],
    ['of no format', () => changed(0, /"format":\d+/, '"format":0'), /line 1 is not the beginning/],
    [
      'of a version that never was',
      () => changed(0, /"format":\d+/, '"version":2'),
      /line 1 is not the beginning/,
    ],
    ['that is something else', () => ['{"a":1}'], /line 1 is not the beginning/],
    [
      'with a collection of the future',
      () => changed(3, /"collection":"\w+"/, '"collection":"robots"'),
      /robots/,
    ],
    ['with a document that does not fit', () => changed(5, '"price":4500', '"price":"4500"'), /does not fit/],
    ['with a lease', () => lines.toSpliced(1, 0, '{"collection":"leases","doc":{}}'), /leases/],
    ['with more after its end', () => [...lines, lines[3] ?? ''], /stands after the end/],
    ['with its checksums changed', () => changed(last(), /"count":\d+/, '"count":7'), /checksums differ/],
  ])('%s', async (_, file, message) => {
    const refusal = await failure(importInto(target, file()))
    expect(refusal).toBeInstanceOf(TransferError)
    expect(String(refusal)).toMatch(message)
    expect(await countAll(target, everyApp)).toBe(0)
    expect(await target.count(everyApp, 'imports', {})).toBe(0)
  })
})

describe('an import that fails', () => {
  /** A store whose n-th insert fails, or kills the program: then nothing more is done. */
  function failing(nth: number, isDead = false): Store {
    let inserts = 0
    const gone = () => Promise.reject(new StoreError('unavailable', 'the disk said no'))
    return inserting(
      (tx, ...given) => {
        inserts += 1
        return inserts === nth || (isDead && inserts > nth) ? gone() : tx.insert(...given)
      },
      () => isDead && inserts >= nth,
    )
  }

  /** A store whose inserts do that; when it is dead, nothing is done in it. */
  function inserting(
    insert: (tx: Statements, ...given: Parameters<Statements['insert']>) => Promise<void>,
    isDead = () => false,
  ): Store {
    return {
      ...target,
      transaction: (budgetMs, work) =>
        isDead()
          ? Promise.reject(new StoreError('unavailable', 'the disk said no'))
          : target.transaction(budgetMs, (tx) =>
              work({
                ...tx,
                insert: (...given) => insert(tx, ...(given as Parameters<Statements['insert']>)),
              }),
            ),
    }
  }

  test('leaves an empty store, and may be tried again', async () => {
    expect(await failure(importInto(failing(3)))).toBeInstanceOf(StoreError)
    expect(await countAll(target, everyApp)).toBe(0)
    await assertWhole(target)
    expect(await importInto(target)).toMatchObject({ word: 'imported' })
    expect(await linesOf(target)).toEqual(lines)
  })

  test('without cleaning up after itself keeps core from starting, and the next one begins again', async () => {
    expect(await failure(importInto(failing(3, true)))).toBeInstanceOf(StoreError)
    expect(await countAll(target, everyApp)).toBeGreaterThan(0)
    const refusal = await failure(assertWhole(target))
    expect(String(refusal)).toContain('run the same npx holdfast import again')
    expect(await importInto(target)).toMatchObject({ word: 'imported' })
    await assertWhole(target)
    expect(await linesOf(target)).toEqual(lines)
  })

  test('is one too when the store does not keep what was written', async () => {
    const forgetful = inserting(async (tx, ...given) => {
      if (given[1] !== 'bookings') await tx.insert(...given)
    })
    const refusal = await failure(importInto(forgetful))
    expect(String(refusal)).toContain('the store did not keep what was written: bookings')
    expect(await countAll(target, everyApp)).toBe(0)
  })
})

test('more documents of one app than one transaction takes come over, and of several apps', async () => {
  const source = openSqliteStore({ path: ':memory:' })
  for (const appId of ['app_1', 'app_2'].map((id) => AppId.parse(id))) {
    const doc = (n: number) => ({
      appId,
      eventId: EventId.parse(`event-${n}`),
      epoch: 1,
      ver: n,
      tail: null,
      losses: 0,
    })
    await source.insert(
      appId,
      'cursors',
      Array.from({ length: 1_100 }, (_, n) => doc(n)),
    )
  }
  const exported = await linesOf(source)
  await source.close()
  expect(await importInto(target, exported)).toEqual({ word: 'imported', count: 2_200 })
  expect(await linesOf(target)).toEqual(exported)
})
