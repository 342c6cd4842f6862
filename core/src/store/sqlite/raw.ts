import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { isStillToWrite, type Meta } from '../formats/meta.ts'
import type { RawEntry, RawStore } from '../formats/raw-store.ts'
import type { RawDoc } from '../formats/steps.ts'
import { type Connection, openConnection } from './connection.ts'
import {
  atOnce,
  dropIndexes,
  hasTable,
  layOut,
  makeDurable,
  makeIndexes,
  makeTables,
  markOurs,
  metaOfFile,
  metaSaidIn,
} from './layout.ts'

/** How long a migration waits for another process that writes. */
const busyTimeoutMs = 5_000

/** A name beside the file that nothing has yet. */
function freeName(path: string, name: string): string {
  for (let n = 1; ; n++) {
    const free = `${path}.${name}${n === 1 ? '' : `-${n}`}`
    if (!existsSync(free)) return free
  }
}

/** The next documents of a table that is there. */
function pageOf(db: Connection, name: string, after: string | null, limit: number): RawEntry[] {
  if (!hasTable(db, name)) return []
  const text = `SELECT json_array(rowid, json(doc)) FROM "${name}" WHERE rowid > ? ORDER BY rowid LIMIT ?`
  return db.values({ text, params: [Number(after ?? -1), limit] }).map((row) => {
    const [at, doc]: [number, RawDoc] = JSON.parse(String(row))
    return { at: String(at), doc }
  })
}

function put(
  db: Connection,
  name: string,
  { at, doc }: { readonly at: string; readonly doc: RawDoc | null },
): void {
  const params = doc === null ? [Number(at)] : [JSON.stringify(doc), Number(at)]
  const text = doc === null ? `DELETE FROM "${name}"` : `UPDATE "${name}" SET doc = ?`
  db.run({ text: `${text} WHERE rowid = ?`, params })
}

/** Copies the file; what cannot be copied whole leaves nothing. */
function copyTo(db: Connection, copy: string): void {
  const part = `${copy}.part`
  rmSync(part, { force: true })
  try {
    // Nobody may read the copy who may not read the file.
    writeFileSync(part, '', { mode: statSync(db.path).mode })
    db.run({ text: 'VACUUM INTO ?', params: [part] })
    renameSync(part, copy)
  } catch (error) {
    rmSync(part, { force: true })
    throw error
  }
}

/** A SQLite file below its schema. A place is the row's number. */
export function openRawSqlite(path: string): RawStore {
  const db = openConnection(path, busyTimeoutMs)
  try {
    metaOfFile(db)
    makeDurable(db)
  } catch (error) {
    db.close()
    throw error
  }
  const said = (meta: Meta) => {
    db.exec(markOurs)
    db.run({ text: 'DELETE FROM "meta"', params: [] })
    db.run({ text: 'INSERT INTO "meta" (doc) VALUES (?)', params: [JSON.stringify(meta)] })
  }
  return {
    name: path,
    readMeta: async () => metaOfFile(db),
    count: async (name) =>
      hasTable(db, name) ? Number(db.values({ text: `SELECT count(*) FROM "${name}"`, params: [] })[0]) : 0,
    page: async (name, after, limit) => pageOf(db, name, after, limit),
    prepare: async (dropped) => {
      // A new file is whole, or not ours yet.
      if (metaOfFile(db) === null) return layOut(db)
      atOnce(db, () => {
        makeTables(db)
        dropIndexes(db, dropped)
      })
    },
    rewrite: async ({ collection, after, limit }, change, meta, before) =>
      atOnce(db, () => {
        const batch = pageOf(db, collection, after, limit)
        const last = batch.at(-1)?.at ?? null
        const now = meta(last)
        if (isStillToWrite(path, { found: metaSaidIn(db), before, meta: now })) {
          for (const { at, doc } of batch) {
            const changed = change(doc)
            if (changed !== doc) put(db, collection, { at, doc: changed })
          }
          said(now)
        }
        return { count: batch.length, last }
      }),
    say: async (meta, before) =>
      atOnce(db, () => {
        // Where a store says so for the first time, there is no table for it yet.
        makeTables(db)
        if (isStillToWrite(path, { found: metaSaidIn(db), before, meta })) said(meta)
      }),
    finish: async () => atOnce(db, () => makeIndexes(db)),
    copyBeside: async (name) => {
      const copy = freeName(path, name)
      copyTo(db, copy)
      return copy
    },
    close: async () => db.close(),
  }
}
