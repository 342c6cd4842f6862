import { assertFormat, type Meta, metaOf } from '../formats/meta.ts'
import { currentFormat, type DroppedIndexes } from '../formats/steps.ts'
import { type CollectionName, collectionNames, schema } from '../schema.ts'
import { StoreError } from '../store.ts'
import type { Connection } from './connection.ts'
import { fields, insertSql } from './sql.ts'

/** How documents lie in a file: in layout 3 one of them says which format they have; before, it was 1. */
const layoutVersion = 3
const layoutOfFormat1 = 2

/** Marks a SQLite file as one of ours: "hfst". */
const applicationId = 0x68667374

/** Says in the file itself that it is one of ours, and how documents lie in it. */
export const markOurs = `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${layoutVersion}`

const index = (name: CollectionName, own: string, on: readonly string[], unique?: boolean): string =>
  `CREATE ${unique ? 'UNIQUE ' : ''}INDEX IF NOT EXISTS "${name}.${own}" ON "${name}" (${fields(on)})`

/** The primary key is a unique index like the others, because SQLite's error then says which one it was. */
function indexesOf(name: CollectionName): readonly string[] {
  const { key, indexes, expires } = schema[name]
  return [
    index(name, 'primary', key, true),
    ...Object.entries(indexes).map(([own, { fields: on, unique }]) => index(name, own, on, unique)),
    ...(expires === undefined ? [] : [index(name, 'expires', [expires])]),
  ]
}

/** Makes the tables that are missing. */
export const makeTables = (db: Connection): void =>
  db.exec(
    collectionNames
      .map((name) => `CREATE TABLE IF NOT EXISTS "${name}" (doc TEXT NOT NULL) STRICT`)
      .join(';\n'),
  )

/** Makes the indexes that are missing. */
export const makeIndexes = (db: Connection): void => db.exec(collectionNames.flatMap(indexesOf).join(';\n'))

/** Removes these indexes where they are. */
export const dropIndexes = (db: Connection, names: DroppedIndexes): void =>
  db.exec(
    Object.entries(names)
      .flatMap(([name, indexes]) => indexes.map((own) => `DROP INDEX IF EXISTS "${name}.${own}"`))
      .join(';\n'),
  )

/** Whether there is such a table. */
export const hasTable = (db: Connection, name: string): boolean =>
  db.values({ text: "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", params: [name] })
    .length > 0

/** What the meta document says; null: there is none. */
export function metaSaidIn(db: Connection): Meta | null {
  if (!hasTable(db, 'meta')) return null
  const [text] = db.values({ text: 'SELECT doc FROM "meta"', params: [] })
  if (text === undefined) return null
  const meta = schema.meta.doc.safeParse(JSON.parse(String(text)))
  if (meta.success) return meta.data
  throw new StoreError('unusable', `${db.path}: what it says of its format cannot be read; put back a copy`)
}

/**
 * The format of the documents in a file; null: it is new.
 * @throws StoreError `unusable` when it is the file of another program, or of a layout that is not known.
 */
export function metaOfFile(db: Connection): Meta | null {
  const [owner, version, entries] = [
    'PRAGMA application_id',
    'PRAGMA user_version',
    'SELECT count(*) FROM sqlite_schema',
  ].flatMap((text) => db.values({ text, params: [] }))
  if (owner === 0 && version === 0 && entries === 0) return null
  if (owner !== applicationId) {
    throw new StoreError(
      'unusable',
      `${db.path}: the file is the database of another program; name a file of Holdfast, or a new one`,
    )
  }
  if (version === layoutOfFormat1) return metaOf(1)
  const meta = version === layoutVersion ? metaSaidIn(db) : null
  if (meta !== null) return meta
  throw new StoreError(
    'unusable',
    `${db.path}: the file has layout ${version} and this program knows ${layoutVersion}; open it with the ` +
      'version of Holdfast that wrote it',
  )
}

/** Runs it as one transaction. The lock comes first, so that two processes may open a new file at the same time. */
export function atOnce<Result>(db: Connection, run: () => Result): Result {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = run()
    db.exec('COMMIT')
    return result
  } catch (error) {
    db.rollback()
    throw error
  }
}

/**
 * Makes a new file, or the tables and indexes that a file of the current format lacks: all or none.
 * @throws StoreError `unusable` when the file is of another format or program, and leaves it as it was.
 */
export const layOut = (db: Connection): void =>
  atOnce(db, () => {
    const meta = metaOfFile(db)
    if (meta !== null) assertFormat(db.path, meta)
    makeTables(db)
    makeIndexes(db)
    if (meta !== null) return
    db.exec(markOurs)
    db.run(insertSql('meta', [metaOf(currentFormat)]))
  })

/** Makes every commit durable before it is answered, and lets others read while somebody writes. */
export function makeDurable(db: Connection): void {
  const [mode] = db.values({ text: 'PRAGMA journal_mode = WAL', params: [] })
  if (mode !== 'wal') {
    throw new StoreError('unusable', `${db.path}: the file system has no shared memory; use a local disk`)
  }
  // FULL syncs the log at every commit (NORMAL would lose the last ones); macOS syncs to the disk only when told so.
  db.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON')
}
