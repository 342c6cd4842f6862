import { type Budget, type Clock, startBudget } from '../budget.ts'
import { StoreError } from '../store.ts'
import type { Turns } from '../turns.ts'
import type { Connection } from './connection.ts'
import { whileLocked } from './locked.ts'
import type { Execute } from './statements.ts'

/** Runs `work` as one transaction, alone on the writing connection. */
export type Transact = <Result>(
  budgetMs: number,
  work: (execute: Execute) => Promise<Result>,
) => Promise<Result>

/** The statements of one open transaction: the first that fails dooms it, and none runs after its end. */
function statementsOf(db: Connection): { execute: Execute; end(): void; assertSound(): void } {
  let ended = false
  let failure: { readonly error: unknown } | undefined
  const assertSound = () => {
    if (failure !== undefined) throw failure.error
  }
  return {
    execute: async (run) => {
      if (ended) throw new TypeError('this transaction is over, its statements are of no use any more')
      assertSound()
      try {
        return run(db)
      } catch (error) {
        failure = { error }
        throw error
      }
    },
    end: () => {
      ended = true
    },
    assertSound,
  }
}

function commit(db: Connection): void {
  try {
    db.exec('COMMIT')
  } catch (error) {
    if (error instanceof StoreError && error.code === 'unavailable') throw error
    // The log may be complete on the disk although syncing it failed.
    throw new StoreError('outcome_unknown', `${db.path}: the commit failed`, { cause: error })
  }
}

async function runOne<Result>(
  db: Connection,
  clock: Clock,
  budget: Budget,
  work: (execute: Execute) => Promise<Result>,
): Promise<Result> {
  await whileLocked(clock, budget.isOver, () => db.exec('BEGIN IMMEDIATE'))
  const statements = statementsOf(db)
  try {
    const result = await Promise.race([work(statements.execute), budget.over]).finally(statements.end)
    statements.assertSound()
    budget.check()
    commit(db)
    return result
  } catch (error) {
    db.rollback()
    throw error
  }
}

/** Transactions one after the other; waiting for the turn is part of the budget. */
export const transactionsOn =
  (db: Connection, turns: Turns, clock: Clock): Transact =>
  async (budgetMs, work) => {
    const budget = startBudget(clock, budgetMs)
    try {
      const leave = await turns.enter(budget.over)
      try {
        return await runOne(db, clock, budget, work)
      } finally {
        leave()
      }
    } finally {
      budget.end()
    }
  }
