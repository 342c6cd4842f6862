import type { Statements, Store } from '@holdfast/core/src/store/store.ts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Action, type Mongo, startMongo, unknownCommit } from '../../support/mongo/index.ts'
import { createClock, longMs } from './clock.ts'
import { budgetMs, eventId, newApp, seat, seatId } from './fixtures.ts'
import { storesAt } from './mongo-servers.ts'

let mongo: Mongo
let store: Store
beforeAll(async () => {
  // Locks go when the store lets them go, not because the server's own time for a transaction is over.
  mongo = await startMongo({ transactionLifetimeMs: 10 * longMs })
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
  const add = (tx: Statements) => tx.updateIf(appId, 'seats', { index: 1 }, { inc: { rev: 1 } })
  const clock = createClock()
  const other = await storesAt(mongo.url).open({ clock: clock.platform })
  await other.insert(appId, 'seats', seat(appId, 1))
  let commits = 0
  const lost = mongo.failPoints.add({
    command: 'commitTransaction',
    times: Number.POSITIVE_INFINITY,
    // The time is over when the commit has been sent three times.
    where: () => {
      commits += 1
      if (commits === 3) clock.pass(longMs)
      return true
    },
    action: { kind: 'drop', when: 'before' },
  })
  await expect(other.transaction(longMs, add)).rejects.toMatchObject({ code: 'outcome_unknown' })
  expect(lost()).toBeGreaterThan(1)
  await other.transaction(budgetMs, add)
  expect(await other.get(appId, 'seats', { eventId, seatId: seatId(1) })).toMatchObject({ rev: 1 })
  await other.close()
})

test('a store that is closed while a commit is open ends within its time', async () => {
  const clock = createClock()
  const other = await storesAt(mongo.url).open({ clock: clock.platform })
  const appId = newApp()
  mongo.failPoints.add({
    command: 'commitTransaction',
    times: Number.POSITIVE_INFINITY,
    where: () => {
      clock.pass(longMs)
      return true
    },
    action: { kind: 'drop', when: 'before' },
  })
  const unknown = other.transaction(longMs, (tx) => tx.insert(appId, 'seats', seat(appId, 1)))
  const closed = other.close()
  await expect(unknown).rejects.toMatchObject({ code: 'outcome_unknown' })
  await closed
})
