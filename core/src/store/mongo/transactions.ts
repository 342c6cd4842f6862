import type { TransactionOptions } from 'mongodb'
import { StoreError } from '../store.ts'
import { createTurns } from '../turns.ts'
import { isAborted, isTransient, storeErrorOf } from './errors.ts'
import type { Call, Calls, MongoClock } from './sessions.ts'
import type { Execute } from './statements.ts'

/** Runs `work` as one transaction. */
export type Transact = <Result>(
  budgetMs: number,
  work: (execute: Execute) => Promise<Result>,
) => Promise<Result>

/** Every concern is spelled out here, so that neither the client nor the URL can weaken a commit. */
const optionsOf = (leftMs: number): TransactionOptions => ({
  // All statements see one moment, and a write meets any commit after it (the default is what the client has).
  readConcern: { level: 'snapshot' },
  // An acknowledged booking survives a failover. Without a time the driver lets the server wait for 10 s.
  writeConcern: { w: 'majority', wtimeoutMS: leftMs },
  readPreference: 'primary',
  // The server gives up when nobody waits any more.
  maxCommitTimeMS: leftMs,
})

/** The statements of one attempt: the first that fails dooms it, and none runs after its end. */
function statementsOf({ inTurn, scope }: Call) {
  let isOver = false
  let failure: { readonly error: unknown; readonly isTransient: boolean } | undefined
  const assertSound = () => {
    if (failure !== undefined) throw failure.error
  }
  const execute: Execute = async (prepare) => {
    const assertOpen = () => {
      if (isOver) throw new TypeError('this transaction is over, its statements are of no use any more')
      assertSound()
    }
    assertOpen()
    try {
      const { name, run } = prepare()
      return await inTurn(() => {
        assertOpen()
        return run(scope()).catch((error: unknown) => {
          failure ??= { error: storeErrorOf(error, name, false), isTransient: isTransient(error) }
          throw failure.error
        })
      })
    } catch (error) {
      failure ??= { error, isTransient: false }
      throw error
    }
  }
  return {
    execute,
    assertSound,
    isTransient: () => failure?.isTransient === true,
    end: () => {
      isOver = true
    },
  }
}

/** Runs the body once, up to its commit; null when it must run again. */
async function attempt<Result>(
  call: Call,
  work: (execute: Execute) => Promise<Result>,
): Promise<{ readonly result: Result } | null> {
  const { session, budget, inTurn, remainingMs } = call
  session.startTransaction(optionsOf(remainingMs()))
  const statements = statementsOf(call)
  try {
    const result = await Promise.race([work(statements.execute), budget.over]).finally(statements.end)
    statements.assertSound()
    budget.check()
    return { result }
  } catch (error) {
    // Its locks go before the caller does anything else; after the budget, as soon as the session is free.
    await inTurn(() => session.abortTransaction()).catch(() => {})
    if (statements.isTransient()) return null
    throw error
  }
}

/**
 * Commits; false when the transaction was certainly aborted, so that the body may run again.
 *
 * Only the commit is repeated while that is open, which MongoDB answers the same way each time, until it is answered
 * or the budget ends.
 */
async function commit(
  { session, budget, inTurn, abandon }: Call,
  pause: (attempt: number) => Promise<void>,
): Promise<boolean> {
  for (let repeats = 0; ; repeats++) {
    try {
      await inTurn(() => session.commitTransaction())
      return true
    } catch (cause) {
      if (isAborted(cause)) return false
      if (!budget.isOver()) await pause(repeats).catch(() => {})
      if (budget.isOver()) {
        abandon()
        throw new StoreError('outcome_unknown', 'the commit was sent and not answered in time', { cause })
      }
    }
  }
}

const pauseMsFirst = 5
const pauseMsMax = 250

/** How many transactions of this process are open at once: more would crowd the pool, and each other. */
const openMax = 64

/**
 * How many of them are there again because they met another. When many want the same seats, each commit makes the
 * others begin anew; a few at a time they all get through, and nobody else waits for them.
 */
const againMax = 4

/**
 * Transactions within a budget. The driver's own `withTransaction` does the same for 120 s and cannot be told
 * otherwise: its `timeoutMS` has no effect any more (mongodb 7.9.0, src/sessions.ts).
 */
export function transactionsOn(calls: Calls, clock: MongoClock): Transact {
  const first = createTurns(openMax)
  const again = createTurns(againMax)
  return (budgetMs, work) =>
    calls.run(budgetMs, async (call) => {
      // Rivals for the same seats must not meet again and again (specifications, transactions-convenient-api.md, "Backoff").
      const pause = (repeats: number): Promise<void> => {
        const [chance = 0] = clock.random(1)
        const ms = (chance / 256) * Math.min(pauseMsMax, pauseMsFirst * 1.5 ** (repeats + 1))
        return Promise.race([clock.sleep(ms), call.budget.over])
      }
      call.budget.check()
      for (let repeats = 0; ; repeats++) {
        // Only while it works: who pauses lets others in.
        const leave = await (repeats === 0 ? first : again).enter(call.budget.over)
        try {
          const done = await attempt(call, work)
          if (done !== null && (await commit(call, pause))) return done.result
        } finally {
          leave()
        }
        await pause(repeats)
      }
    })
}
