import { systemPlatform } from '@holdfast/contract'
import type { Clock } from './budget.ts'
import { collectionNames, schema } from './schema.ts'
import { type Connection, openConnection } from './sqlite/connection.ts'
import { layOut, makeDurable } from './sqlite/layout.ts'
import { whileLocked } from './sqlite/locked.ts'
import { purgeSql } from './sqlite/sql.ts'
import { type Execute, entriesOf, readsOn, writesOn } from './sqlite/statements.ts'
import { transactionsOn } from './sqlite/transactions.ts'
import { type Store, StoreError } from './store.ts'
import { createTurns } from './turns.ts'

export interface SqliteOptions {
  /** A file, made when it is missing, or `:memory:`. */
  readonly path: string
  /** How long opening and each single statement wait for their turn and for other processes; 5 s when absent. */
  readonly busyTimeoutMs?: number
  /** The machine's own when absent. */
  readonly clock?: Clock
}

/** Small enough that other writers get their turn while a heap of old documents is deleted. */
const documentsPerPurge = 1_000

/** Opens the writing connection and, for a file, the reading one, which sees only what was committed. */
function openBoth(path: string, busyTimeoutMs: number): { writer: Connection; reader: Connection | null } {
  const writer = openConnection(path, busyTimeoutMs)
  try {
    layOut(writer)
    // A database in memory has one connection: a second one could not read while the first writes.
    if (path === ':memory:') return { writer, reader: null }
    makeDurable(writer)
    const reader = openConnection(path, busyTimeoutMs)
    reader.exec('PRAGMA query_only = ON')
    // From here on the store waits for locks itself, without stopping the whole process.
    for (const connection of [writer, reader]) connection.exec('PRAGMA busy_timeout = 0')
    return { writer, reader }
  } catch (error) {
    writer.close()
    throw error
  }
}

/**
 * The embedded store: one durable file, or nothing but memory for tests. For one machine: several processes may
 * share the file, but writers wait for each other.
 *
 * All writes go through one connection, one transaction at a time; reads of a file do not wait for them, reads of
 * `:memory:` do.
 * @throws StoreError `unusable` or `unavailable`, with what an operator can do about the file.
 */
export function openSqliteStore({
  path,
  busyTimeoutMs = 5_000,
  clock = systemPlatform,
}: SqliteOptions): Store {
  const { writer, reader } = openBoth(path, busyTimeoutMs)
  const turns = createTurns()
  const transact = transactionsOn(writer, turns, clock)
  let closing: Promise<void> | undefined
  const assertOpen = () => {
    if (closing !== undefined) throw new StoreError('unavailable', 'the store is closed')
  }

  const alone: Execute = async (run) => {
    assertOpen()
    return transact(busyTimeoutMs, (execute) => execute(run))
  }
  const beside =
    (connection: Connection): Execute =>
    async (run) => {
      assertOpen()
      const until = clock.now() + busyTimeoutMs
      return whileLocked(
        clock,
        () => clock.now() >= until,
        () => run(connection),
      )
    }

  return {
    ...readsOn(reader === null ? alone : beside(reader)),
    ...writesOn(alone),

    transaction: async (budgetMs, work) => {
      assertOpen()
      return transact(budgetMs, (execute) => work({ ...readsOn(execute), ...writesOn(execute) }))
    },

    purgeExpired: async (now) => {
      let purged = 0
      for (const name of collectionNames) {
        const { expires } = schema[name]
        if (expires === undefined) continue
        const sql = purgeSql(name, expires, now, documentsPerPurge)
        let deleted: number
        do {
          deleted = await alone((db) => db.run(sql))
          purged += deleted
        } while (deleted === documentsPerPurge)
      }
      return purged
    },

    async *snapshot() {
      assertOpen()
      if (path === ':memory:') {
        yield* await alone((db) => [...entriesOf(db)])
        return
      }
      // Whoever reads slowly keeps this connection at its moment, and nobody waiting.
      const db = openConnection(path, busyTimeoutMs)
      try {
        db.exec('PRAGMA query_only = ON; BEGIN')
        yield* entriesOf(db)
      } finally {
        db.close()
      }
    },

    close: () => {
      closing ??= turns.enter().then(() => {
        reader?.close()
        writer.close()
      })
      return closing
    },
  }
}
