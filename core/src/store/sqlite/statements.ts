import { changeOf, documentRead, documentToWrite, fieldOf } from '../documents.ts'
import { keyTermsOf, termsOf } from '../filters.ts'
import type { CollectionName, Documents } from '../schema.ts'
import { type Statements, StoreError } from '../store.ts'
import type { Connection } from './connection.ts'
import { countSql, deleteSql, findSql, insertSql, putSql, type Sql, updateSql } from './sql.ts'

/** Decides where and when a statement runs: its own transaction, an open one, or the reading connection. */
export type Execute = <Result>(run: (db: Connection) => Result) => Promise<Result>

type Reads = Pick<Statements, 'get' | 'find' | 'count'>
type Writes = Omit<Statements, keyof Reads>

function documents<Name extends CollectionName>(db: Connection, name: Name, sql: Sql): Documents[Name][] {
  return db.values(sql).map((text) => {
    let stored: unknown
    try {
      stored = JSON.parse(String(text))
    } catch (cause) {
      throw new StoreError('unusable', `${db.path}: ${name} has a document that is no JSON`, { cause })
    }
    return documentRead(name, stored)
  })
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
      if (!Number.isSafeInteger(options.limit) || options.limit < 1) {
        throw new TypeError(`a limit is a positive integer, not ${options.limit}`)
      }
      if (options.orderBy !== undefined) fieldOf(name, options.orderBy)
      return documents(db, name, findSql(name, termsOf(scope, name, filter), options))
    }),

  count: (scope, name, filter) =>
    execute((db) => Number(db.values(countSql(name, termsOf(scope, name, filter)))[0])),
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
