import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { storeErrorOf } from './errors.ts'
import type { Sql } from './sql.ts'

/** One connection to the database. Everything is synchronous, and every error of SQLite is a `StoreError`. */
export interface Connection {
  readonly path: string
  /** The first column of every row. */
  values(sql: Sql): SQLOutputValue[]
  /** The same, one at a time; nothing else may run on the connection until it is over. */
  each(sql: Sql): Iterable<SQLOutputValue>
  /** How many rows the statement wrote. */
  run(sql: Sql): number
  /** Runs text without values, of any number of statements. */
  exec(text: string): void
  /** Leaves the open transaction, if there is one. */
  rollback(): void
  close(): void
}

/** Opens a connection that waits so long for locks of other processes, blocking this one. */
export function openConnection(path: string, busyTimeoutMs: number): Connection {
  const translated = <Result>(run: () => Result): Result => {
    try {
      return run()
    } catch (error) {
      throw storeErrorOf(path, error)
    }
  }
  const db = translated(() => new DatabaseSync(path, { timeout: busyTimeoutMs }))

  const prepared = new Map<string, StatementSync>()
  const prepare = (text: string): StatementSync => {
    const statement = prepared.get(text) ?? db.prepare(text)
    prepared.set(text, statement)
    return statement
  }

  return {
    path,
    values: ({ text, params }) =>
      translated(() =>
        prepare(text)
          .all(...params)
          .flatMap((row) => Object.values(row).slice(0, 1)),
      ),
    each: function* ({ text, params }) {
      const rows = translated(() => prepare(text).iterate(...params))
      for (;;) {
        const { done, value } = translated(() => rows.next())
        if (done) return
        yield* Object.values(value).slice(0, 1)
      }
    },
    run: ({ text, params }) => translated(() => Number(prepare(text).run(...params).changes)),
    exec: (text) => translated(() => db.exec(text)),
    rollback: () => {
      // Some errors (a full disk) have ended it already.
      if (db.isTransaction) translated(() => db.exec('ROLLBACK'))
    },
    close: () => db.close(),
  }
}
