import type { Store } from './store.ts'

/**
 * How long a program that was killed may hold what it was writing: MongoDB ends its transaction after
 * `transactionLifetimeLimitSeconds` (60 s), and looks every half of that.
 */
export const heldByKilledMs = 120_000

/**
 * The store for a command that is run again after it was killed: its writes wait as long as the killed one may hold
 * documents. Core never waits so long, somebody waits for its answer.
 */
export function patientStore(store: Store): Store {
  const { transaction } = store
  return {
    ...store,
    insert: (...of) => transaction(heldByKilledMs, (tx) => tx.insert(...of)),
    updateIf: (...of) => transaction(heldByKilledMs, (tx) => tx.updateIf(...of)),
    putIf: (...of) => transaction(heldByKilledMs, (tx) => tx.putIf(...of)),
    delete: (...of) => transaction(heldByKilledMs, (tx) => tx.delete(...of)),
    transaction: (budgetMs, work) => transaction(Math.max(budgetMs, heldByKilledMs), work),
  }
}
