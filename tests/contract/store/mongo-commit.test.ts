import type { Statements, Store } from '@holdfast/core/src/store/store.ts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Action, type Mongo, startMongo, unknownCommit } from '../../support/mongo/index.ts'
import { budgetMs, eventId, newApp, seat, seatId } from './fixtures.ts'
import { storesAt } from './mongo-servers.ts'

let mongo: Mongo
let store: Store
beforeAll(async () => {
  mongo = await startMongo()
  store = await storesAt(mongo.url).open()
})
afterEach(() => mongo.failPoints.clear())
afterAll(async () => {
  await store.close()
  await mongo.stop()
})

/** Adds one to a seat while the commit meets an action, and says how often the body ran and what became of the seat. */
async function addOne(action: Action): Promise<{ runs: number; rev: number | undefined }> {
  const appId = newApp()
  await store.insert(appId, 'seats', seat(appId, 1))
  const key = { eventId, seatId: seatId(1) }
  let runs = 0
  mongo.failPoints.add({ command: 'commitTransaction', action })
  await store.transaction(budgetMs, async (tx: Statements) => {
    runs += 1
    await tx.updateIf(appId, 'seats', key, { inc: { rev: 1 } })
  })
  return { runs, rev: (await store.get(appId, 'seats', key))?.rev }
}

describe('F21: a transaction whose commit may have happened is never run again', () => {
  test.each<[string, Action]>([
    ['the answer was lost', { kind: 'drop', when: 'after' }],
    ['the request was lost', { kind: 'drop', when: 'before' }],
    ['the server went down after it', { kind: 'fail', when: 'after', code: 91 }],
    ['the primary died after it', { kind: 'stepDown', when: 'after', closes: true }],
    ['no majority has it yet', { kind: 'refuseMajority' }],
    ['it took too long', unknownCommit],
  ])('%s', async (_, action) => {
    expect(await addOne(action)).toEqual({ runs: 1, rev: 1 })
  })
})

test('F20: a transaction that was aborted at its commit is run again', async () => {
  expect(await addOne({ kind: 'expireTransaction' })).toEqual({ runs: 2, rev: 1 })
})

test('a commit that nobody answers in time leaves no lock behind', async () => {
  const appId = newApp()
  await store.insert(appId, 'seats', seat(appId, 1))
  const add = (tx: Statements) => tx.updateIf(appId, 'seats', { index: 1 }, { inc: { rev: 1 } })
  const lost = mongo.failPoints.add({
    command: 'commitTransaction',
    times: Number.POSITIVE_INFINITY,
    action: { kind: 'drop', when: 'before' },
  })
  await expect(store.transaction(300, add)).rejects.toMatchObject({ code: 'outcome_unknown' })
  expect(lost()).toBeGreaterThan(1)
  await store.transaction(2_000, add)
  expect(await store.get(appId, 'seats', { eventId, seatId: seatId(1) })).toMatchObject({ rev: 1 })
})

test('a store that is closed while a commit is open ends within its time', async () => {
  const other = await storesAt(mongo.url).open()
  const appId = newApp()
  mongo.failPoints.add({
    command: 'commitTransaction',
    times: Number.POSITIVE_INFINITY,
    action: { kind: 'drop', when: 'before' },
  })
  const unknown = other.transaction(300, (tx) => tx.insert(appId, 'seats', seat(appId, 1)))
  const closed = other.close()
  await expect(unknown).rejects.toMatchObject({ code: 'outcome_unknown' })
  await closed
})
