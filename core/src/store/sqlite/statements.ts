import { changeOf, documentRead, documentToWrite, entryRead, fieldOf, totalRead } from '../documents.ts'
import { assertLimit, assertSkip, keyTermsOf, termsOf } from '../filters.ts'
import { type CollectionName, collectionNames, type Documents } from '../schema.ts'
import { type Entry, type Statements, StoreError } from '../store.ts'
import type { Connection } from './connection.ts'
import {
  allSql,
  countSql,
  deleteSql,
  findSql,
  insertSql,
  putSql,
  type Sql,
  totalSql,
  updateSql,
} from './sql.ts'

/** Decides where and when a statement runs: its own transaction, an open one, or the reading connection. */
export type Execute = <Result>(run: (db: Connection) => Result) => Promise<Result>

type Reads = Pick<Statements, 'get' | 'find' | 'count' | 'total'>
type Writes = Omit<Statements, keyof Reads>

function storedIn(db: Connection, name: CollectionName, text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch (cause) {
    throw new StoreError('unusable', `${db.path}: ${name} has a document that is no JSON`, { cause })
  }
}

const documents = <Name extends CollectionName>(db: Connection, name: Name, sql: Sql): Documents[Name][] =>
  db.values(sql).map((text) => documentRead(name, storedIn(db, name, text)))

/** Everything in the order of `Store.snapshot`. */
export function* entriesOf(db: Connection): Generator<Entry> {
  for (const name of collectionNames) {
    for (const text of db.each(allSql(name))) yield entryRead(name, storedIn(db, name, text))
  }
}

/** The statements that only read. */
export const readsOn = (execute: Execute): Reads => ({
  get: (appId, name, key) =>
    execute((db) => {
      const [doc] = documents(db, name, findSql(name, keyTermsOf(appId, name, key), { limit: 1 }))
      return doc ?? null
    }),

  find: (scope, name, filter, options) =>
    execute((db) => {
      assertLimit(options.limit)
      assertSkip(options.skip ?? 0)
      if (options.orderBy !== undefined) fieldOf(name, options.orderBy)
      return documents(db, name, findSql(name, termsOf(scope, name, filter), options))
    }),

  count: (scope, name, filter) =>
    execute((db) => Number(db.values(countSql(name, termsOf(scope, name, filter)))[0])),

  total: (scope, name, filter, { by, sum, limit }) =>
    execute((db) => {
      assertLimit(limit)
      for (const named of sum === undefined ? by : [...by, sum]) fieldOf(name, named)
      const rows = db.values(totalSql(name, termsOf(scope, name, filter), { by, sum, limit }))
      return rows.map((row) => totalRead(name, by, JSON.parse(String(row))))
    }),
})

/** Runs a statement that must write so many rows: it wrote fewer because of a primary key. */
function write(db: Connection, name: CollectionName, sql: Sql, rows: number): void {
  if (db.run(sql) === rows) return
  throw new StoreError('duplicate', `${name} has a document of that key already`, {
    duplicate: { collection: name, index: 'primary' },
  })
}

/** The statements that write. Each is part of a transaction, which a failure undoes. */
export const writesOn = (execute: Execute): Writes => ({
  insert: (appId, name, given) =>
    execute((db) => {
      const docs = Array.isArray(given) ? given : [given]
      const checked = docs.map((doc) => documentToWrite(appId, name, doc))
      write(db, name, insertSql(name, checked), checked.length)
    }),

  updateIf: (appId, name, filter, change) =>
    execute((db) => db.run(updateSql(name, termsOf(appId, name, filter), changeOf(name, change)))),

  putIf: (appId, name, doc, when) =>
    execute((db) => {
      const checked = documentToWrite(appId, name, doc)
      write(db, name, putSql(name, checked, termsOf(appId, name, when)), 1)
    }),

  delete: (appId, name, filter) => execute((db) => db.run(deleteSql(name, termsOf(appId, name, filter)))),
})
