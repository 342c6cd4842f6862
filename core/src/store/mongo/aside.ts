import { storeErrorOf } from './errors.ts'
import type { Calls } from './sessions.ts'
import type { Execute } from './statements.ts'
import type { Transact } from './transactions.ts'

/**
 * Statements outside of transactions, each for so long at most: a read, a retryable write of one document (the
 * server knows a repeated one by its number), or a transaction of one statement.
 */
export const asideOf =
  (calls: Calls, transact: Transact, timeoutMs: number): Execute =>
  async (prepare) => {
    const statement = prepare()
    const { name, needs, run } = statement
    if (needs === 'atomic') return transact(timeoutMs, (execute) => execute(() => statement))
    return calls.run(timeoutMs, async ({ session, inTurn, scope }) => {
      // The driver counts the number up when it puts a retryable write on a connection, and not before.
      const numberOf = () => session.serverSession.txnNumber
      const before = numberOf()
      try {
        return await inTurn(() => run(scope()))
      } catch (error) {
        throw storeErrorOf(error, name, needs === 'single' && numberOf() !== before)
      }
    })
  }
