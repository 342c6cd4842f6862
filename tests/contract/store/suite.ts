import type { Store } from '@holdfast/core/src/store/store.ts'
import { afterAll, beforeAll, describe } from 'vitest'
import { budgetTests } from './budgets.ts'
import { documentTests } from './documents.ts'
import { filterTests } from './filters.ts'
import { newApp, type World } from './fixtures.ts'
import { raceTests } from './races.ts'
import { scopeTests } from './scope.ts'
import { snapshotTests } from './snapshots.ts'
import { totalTests } from './totals.ts'
import { transactionTests } from './transactions.ts'
import { writeTests } from './writes.ts'

/**
 * What every store guarantees. `open` gives the store of the whole suite; each test makes an app of its own, so it
 * may hold other data.
 */
export function storeSuite(name: string, open: () => Promise<Store>): void {
  describe(name, () => {
    let store: Store
    beforeAll(async () => {
      store = await open()
    })
    afterAll(() => store.close())

    const world = (): World => ({ store, appId: newApp() })
    describe('documents', () => documentTests(world))
    describe('writes', () => writeTests(world))
    describe('filters', () => filterTests(world))
    describe('totals', () => totalTests(world))
    describe('the scope of an app', () => scopeTests(world))
    describe('transactions', () => transactionTests(world))
    describe('budgets', () => budgetTests(world))
    describe('a snapshot', () => snapshotTests(world))
    describe('races', () => raceTests(world))
  })
}
