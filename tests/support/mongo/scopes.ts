import { refusal, ServerError } from './errors.ts'
import type { Session, SessionFields, Sessions, Written } from './sessions.ts'
import { type Storage, type Transaction, WriteConflict } from './storage.ts'

/** How the statements of one command run: in its transaction, or each on its own. */
export interface Scope {
  readonly inTransaction: boolean
  read<Result>(work: (transaction: Transaction) => Result): Result
  /** One atomic write; `statement` is its number in the command. */
  write(statement: number, work: (transaction: Transaction) => Written): Promise<Written>
  /** Lets others in between the documents of a write that is not atomic as a whole. */
  pause(): Promise<void>
}

/** A moment that may never come, and a way to stop waiting for it. */
interface Deadline {
  readonly passed: Promise<never>
  readonly cancel: () => void
}

function deadlineIn(ms: number | undefined): Deadline {
  const { promise: passed, reject } = Promise.withResolvers<never>()
  // Nobody may be waiting when it passes.
  passed.catch(() => {})
  const late = () => reject(new ServerError('MaxTimeMSExpired', 'operation exceeded time limit'))
  const timer = ms === undefined ? undefined : setTimeout(late, ms).unref()
  return { passed, cancel: () => clearTimeout(timer) }
}

/**
 * A write outside transactions waits behind one that has written the same document, until `maxTimeMS`
 * (manual/core/transactions-production-consideration, "In-progress Transactions and Write Conflicts";
 * mongo/jstests/core/txns/write_conflicts_with_non_txns.js).
 */
async function alone(
  storage: Storage,
  term: () => void,
  { passed }: Deadline,
  work: (transaction: Transaction) => Written,
): Promise<Written> {
  for (;;) {
    term()
    const transaction = storage.begin()
    try {
      const written = work(transaction)
      storage.commit(transaction)
      return written
    } catch (error) {
      storage.abort(transaction)
      if (!(error instanceof WriteConflict) || error.blocker === undefined) throw error
      await Promise.race([error.blocker.ended, passed])
    }
  }
}

/** A repeated statement answers what it did the first time (specifications, retryable-writes.md, "Abstract"). */
function once(session: Session, statement: number, write: () => Promise<Written>): Promise<Written> {
  const known = session.written.get(statement)
  if (known !== undefined) return known
  const writing = write()
  session.written.set(statement, writing)
  writing.catch(() => session.written.delete(statement))
  return writing
}

/** How statements run on what one transaction sees. */
export const within = (transaction: Transaction): Scope => ({
  inTransaction: true,
  read: (work) => work(transaction),
  write: async (_, work) => work(transaction),
  pause: async () => {},
})

/** Runs the statements of commands. */
export interface Runner {
  run<Result>(fields: SessionFields, work: (scope: Scope) => Result | Promise<Result>): Promise<Result>
  /** Interrupts what runs outside transactions (manual/reference/command/replSetStepDown, "Client Connections"). */
  interrupt(): void
}

/** A runner of statements on this data. */
export function createRunner(storage: Storage, sessions: Sessions): Runner {
  let interrupts = 0

  const aside = (fields: SessionFields, deadline: Deadline): Scope => {
    const session = fields.txnNumber === undefined ? undefined : sessions.at(fields)
    if (session !== undefined && session.state !== 'idle') {
      throw refusal('a retryable write with the number of a transaction')
    }
    const begun = interrupts
    const term = (): void => {
      if (begun === interrupts) return
      throw new ServerError('InterruptedDueToReplStateChange', 'operation was interrupted')
    }
    return {
      inTransaction: false,
      read: (work) => {
        const transaction = storage.begin()
        try {
          return work(transaction)
        } finally {
          storage.abort(transaction)
        }
      },
      write: (statement, work) => {
        const write = () => alone(storage, term, deadline, work)
        return session === undefined ? write() : once(session, statement, write)
      },
      pause: () => new Promise((resolve) => setImmediate(resolve)),
    }
  }

  return {
    run: async (fields, work) => {
      if (fields.autocommit === undefined) {
        const deadline = deadlineIn(fields.maxTimeMS)
        try {
          return await work(aside(fields, deadline))
        } finally {
          deadline.cancel()
        }
      }
      const { session, transaction } = sessions.opened(fields)
      if (session.busy) throw refusal('two statements of one transaction at once')
      session.busy = true
      try {
        return await work(within(transaction))
      } catch (error) {
        // Any error ends the transaction (manual/core/transactions-in-applications, "Transaction Error Handling").
        sessions.kill(fields)
        throw error
      } finally {
        session.busy = false
      }
    },
    interrupt: () => {
      interrupts += 1
      sessions.killAll()
    },
  }
}
