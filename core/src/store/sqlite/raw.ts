import { existsSync, renameSync, rmSync } from 'node:fs'
import { isStillToWrite } from '../formats/meta.ts'
import type { RawStore } from '../formats/raw-store.ts'
import type { RawDoc } from '../formats/steps.ts'
import { openConnection } from './connection.ts'
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
  return {
    name: path,
    readMeta: async () => metaOfFile(db),
    count: async (name) =>
      hasTable(db, name) ? Number(db.values({ text: `SELECT count(*) FROM "${name}"`, params: [] })[0]) : 0,
    page: async (name, after, limit) => {
      if (!hasTable(db, name)) return []
      const text = `SELECT json_array(rowid, json(doc)) FROM "${name}" WHERE rowid > ? ORDER BY rowid LIMIT ?`
      return db.values({ text, params: [Number(after ?? -1), limit] }).map((row) => {
        const [at, doc]: [number, RawDoc] = JSON.parse(String(row))
        return { at: String(at), doc }
      })
    },
    prepare: async (dropped) => {
      // A new file is whole, or not ours yet.
      if (metaOfFile(db) === null) return layOut(db)
      atOnce(db, () => {
        makeTables(db)
        dropIndexes(db, dropped)
      })
    },
    write: async (name, changes, meta, before) =>
      atOnce(db, () => {
        if (!isStillToWrite(path, { found: metaSaidIn(db), before, meta })) return
        for (const { at, doc } of changes) {
          const params = doc === null ? [Number(at)] : [JSON.stringify(doc), Number(at)]
          const text = doc === null ? `DELETE FROM "${name}"` : `UPDATE "${name}" SET doc = ?`
          db.run({ text: `${text} WHERE rowid = ?`, params })
        }
        db.exec(markOurs)
        db.run({ text: 'DELETE FROM "meta"', params: [] })
        db.run({ text: 'INSERT INTO "meta" (doc) VALUES (?)', params: [JSON.stringify(meta)] })
      }),
    finish: async () => atOnce(db, () => makeIndexes(db)),
    copyBeside: async (name) => {
      const [copy, part] = [freeName(path, name), `${path}.${name}.part`]
      rmSync(part, { force: true })
      db.run({ text: 'VACUUM INTO ?', params: [part] })
      renameSync(part, copy)
      return copy
    },
    close: async () => db.close(),
  }
}
