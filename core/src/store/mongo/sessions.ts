import type { Platform } from '@holdfast/contract'
import type { ClientSession, Db, MongoClient } from 'mongodb'
import { type Budget, type Clock, startBudget } from '../budget.ts'
import type { BoundCollection, Raw, Scope } from './scope.ts'

/** The parts of the machine that this adapter needs; random bytes spread retries. */
export type MongoClock = Clock & Pick<Platform, 'random'>

/** One call of the store: its session, its time, and its turn. */
export interface Call {
  readonly session: ClientSession
  readonly budget: Budget
  /**
   * Runs a command after the one before it, and stops waiting when the time is up. The session is busy until the
   * command is answered, and is not ended before.
   */
  inTurn<Result>(command: () => Promise<Result>): Promise<Result>
  /** Where a statement runs that begins now. */
  scope(): Scope
  /**
   * Tells the server to end what is still open in this session, in the background and once: the driver lets a
   * session go that has lost its connection, and its locks would stay until the transaction's lifetime is over (60 s).
   */
  abandon(): void
  /** The time that is left, for the server; one millisecond at least, as zero would mean no limit. */
  remainingMs(): number
}

/** Makes calls, and knows which still run. */
export interface Calls {
  run<Result>(budgetMs: number, work: (call: Call) => Promise<Result>): Promise<Result>
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>
}

const abandonMs = 1_000

/** Calls on this database; every one in a session of its own. */
export function createCalls(client: MongoClient, db: Db, clock: MongoClock): Calls {
  const running = new Set<Promise<unknown>>()
  const collection = (name: string): BoundCollection => db.collection<Raw>(name)

  const begin = (budgetMs: number): Call & { end(): void } => {
    const until = clock.now() + budgetMs
    const budget = startBudget(clock, budgetMs)
    // Each call stands alone: the driver would make its reads wait for what the session wrote before.
    const session = client.startSession({ causalConsistency: false })
    let last: Promise<unknown> = Promise.resolve()
    const remainingMs = () => Math.max(1, Math.ceil(until - clock.now()))
    return {
      session,
      budget,
      remainingMs,
      inTurn: (command) => {
        const turn = last.then(command)
        last = turn.catch(() => {})
        return Promise.race([turn, budget.over])
      },
      abandon: () => {
        const killed = client
          .db('admin')
          .command({ killSessions: [session.id], maxTimeMS: abandonMs })
          // The server ends it in time.
          .catch(() => {})
        const done = Promise.race([killed, clock.sleep(abandonMs)]).finally(() => running.delete(done))
        running.add(done)
      },
      scope: () => ({ bounds: { session, maxTimeMS: remainingMs() }, collection }),
      end: () => {
        budget.end()
        const ended = last
          .then(() => session.endSession())
          // The server forgets it in time.
          .catch(() => {})
          .finally(() => running.delete(ended))
        running.add(ended)
      },
    }
  }

  return {
    run: async (budgetMs, work) => {
      const call = begin(budgetMs)
      const result = work(call)
      running.add(result)
      try {
        return await result
      } finally {
        running.delete(result)
        call.end()
      }
    },
    idle: async () => {
      while (running.size > 0) await Promise.allSettled(running)
    },
  }
}
