import { refusal, ServerError } from './errors.ts'
import type { Storage, Transaction } from './storage.ts'

/** What one write of one document did. */
export interface Written {
  readonly matched: number
  readonly modified: number
  /** The `_id` of an upserted document. */
  readonly upserted?: unknown
  /** What findAndModify answers. */
  readonly value?: unknown
}

/** The part of a command that says in which session and transaction it runs. */
export interface SessionFields {
  readonly session?: string | undefined
  readonly txnNumber?: number | undefined
  readonly startTransaction?: true | undefined
  readonly autocommit?: false | undefined
  readonly maxTimeMS?: number | undefined
}

/** A session, and what its highest number stands for: retryable writes (`idle`) or a transaction. */
export interface Session {
  txnNumber: number
  state: 'idle' | 'open' | 'committed' | 'aborted'
  transaction?: Transaction
  expiry?: NodeJS.Timeout
  busy: boolean
  /** The retryable writes of `txnNumber` by statement: running or done. */
  readonly written: Map<number, Promise<Written>>
}

const noSuchTransaction = (txnNumber: number | undefined): ServerError =>
  new ServerError(
    'NoSuchTransaction',
    `Given transaction number ${txnNumber} does not match any in-progress transactions.`,
  )

/** The sessions of a server: who is in which transaction, and which retryable writes are done. */
export interface Sessions {
  /**
   * The session, moved on to the command's number: a higher one ends what was before, a lower one is too old
   * (specifications, transactions.md, "txnNumber"; retryable-writes.md, "Transaction ID").
   */
  at(fields: SessionFields): Session
  /** The open transaction of a statement, begun when the statement says so. */
  opened(fields: SessionFields): { readonly session: Session; readonly transaction: Transaction }
  /** Commits once, and says so again when asked again (specifications, transactions.md, "commitTransaction"). */
  commit(fields: SessionFields): void
  /** Aborts it; it is an error when there is none (manual/reference/command/abortTransaction). */
  abort(fields: SessionFields): void
  /** Aborts it, if it is open, for a reason of the server's own. */
  kill(fields: SessionFields): void
  /** Aborts every one, as a primary does that steps down (manual/reference/command/replSetStepDown). */
  killAll(): void
  /** Aborts what is open in these sessions (manual/reference/command/killSessions). */
  killOpen(ids: readonly string[]): void
  /** Forgets sessions and what is open in them (manual/reference/command/endSessions). */
  forget(ids: readonly string[]): void
}

/** @param lifetimeMs what `transactionLifetimeLimitSeconds` sets (manual/reference/parameters). */
export function createSessions(storage: Storage, lifetimeMs: number): Sessions {
  const sessions = new Map<string, Session>()

  const end = (session: Session | undefined, state: 'committed' | 'aborted'): void => {
    if (session?.transaction === undefined) return
    clearTimeout(session.expiry)
    storage[state === 'committed' ? 'commit' : 'abort'](session.transaction)
    delete session.transaction
    session.state = state
  }

  const at = ({ session: id, txnNumber }: SessionFields): Session => {
    if (id === undefined || txnNumber === undefined) {
      throw new ServerError('InvalidOptions', 'a transaction needs a session and a number')
    }
    const session = sessions.get(id) ?? { txnNumber: -1, state: 'idle', busy: false, written: new Map() }
    sessions.set(id, session)
    if (txnNumber < session.txnNumber) {
      throw new ServerError('TransactionTooOld', `Cannot run number ${txnNumber} after ${session.txnNumber}`)
    }
    if (txnNumber > session.txnNumber) {
      end(session, 'aborted')
      Object.assign(session, { state: 'idle', txnNumber })
      session.written.clear()
    }
    return session
  }

  /** The snapshot is taken at the first statement (manual/reference/read-concern-snapshot). */
  const begin = (session: Session): void => {
    if (session.state !== 'idle' || session.written.size > 0) throw refusal('starting a transaction twice')
    session.transaction = storage.begin()
    session.state = 'open'
    // manual/core/transactions-production-consideration, "Runtime Limit".
    session.expiry = setTimeout(() => end(session, 'aborted'), lifetimeMs).unref()
  }

  const opened: Sessions['opened'] = (fields) => {
    const session = at(fields)
    if (fields.startTransaction) begin(session)
    if (session.state === 'committed') {
      throw new ServerError('TransactionCommitted', `Transaction ${fields.txnNumber} has been committed.`)
    }
    if (session.transaction === undefined) throw noSuchTransaction(fields.txnNumber)
    return { session, transaction: session.transaction }
  }

  return {
    at,
    opened,
    commit: (fields) => {
      const session = at(fields)
      if (session.state === 'committed') return
      if (session.state !== 'open') throw noSuchTransaction(fields.txnNumber)
      end(session, 'committed')
    },
    abort: (fields) => end(opened(fields).session, 'aborted'),
    kill: ({ session: id = '', txnNumber }) => {
      const session = sessions.get(id)
      if (session?.txnNumber === txnNumber) end(session, 'aborted')
    },
    killAll: () => {
      for (const session of sessions.values()) end(session, 'aborted')
    },
    killOpen: (ids) => {
      for (const id of ids) end(sessions.get(id), 'aborted')
    },
    forget: (ids) => {
      for (const id of ids) {
        end(sessions.get(id), 'aborted')
        sessions.delete(id)
      }
    },
  }
}
