import { type CollectionName, collectionNames, schema } from '../schema.ts'
import { StoreError } from '../store.ts'
import type { Connection } from './connection.ts'
import { fields } from './sql.ts'

/** Raise it when files of an older program cannot be used as they are; new collections and indexes are just added. */
const layoutVersion = 2

/** Marks a SQLite file as one of ours: "hfst". */
const applicationId = 0x68667374

const index = (name: CollectionName, own: string, on: readonly string[], unique?: boolean): string =>
  `CREATE ${unique ? 'UNIQUE ' : ''}INDEX IF NOT EXISTS "${name}.${own}" ON "${name}" (${fields(on)})`

/** The primary key is a unique index like the others, because SQLite's error then says which one it was. */
function tableOf(name: CollectionName): string[] {
  const { key, indexes, expires } = schema[name]
  return [
    `CREATE TABLE IF NOT EXISTS "${name}" (doc TEXT NOT NULL) STRICT`,
    index(name, 'primary', key, true),
    ...Object.entries(indexes).map(([own, { fields: on, unique }]) => index(name, own, on, unique)),
    ...(expires === undefined ? [] : [index(name, 'expires', [expires])]),
  ]
}

function assertOurs(db: Connection): void {
  const [owner, version, entries] = [
    'PRAGMA application_id',
    'PRAGMA user_version',
    'SELECT count(*) FROM sqlite_schema',
  ].flatMap((text) => db.values({ text, params: [] }))
  const isNew = owner === 0 && version === 0 && entries === 0
  if (isNew || (owner === applicationId && version === layoutVersion)) return
  throw new StoreError(
    'unusable',
    owner === applicationId
      ? `${db.path}: the file has layout ${version} and this program knows ${layoutVersion}; open it with the ` +
          'version of Holdfast that wrote it'
      : `${db.path}: the file is the database of another program; name a file of Holdfast, or a new one`,
  )
}

/**
 * Makes the tables and indexes that are missing, all or none.
 * @throws StoreError `unusable` when the file is of another layout or program, and leaves it as it was.
 */
export function layOut(db: Connection): void {
  // The lock comes first, so that two processes may open a new file at the same time.
  db.exec('BEGIN IMMEDIATE')
  try {
    assertOurs(db)
    db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${layoutVersion}`)
    db.exec(collectionNames.flatMap(tableOf).join(';\n'))
    db.exec('COMMIT')
  } catch (error) {
    db.rollback()
    throw error
  }
}

/** Makes every commit durable before it is answered, and lets others read while somebody writes. */
export function makeDurable(db: Connection): void {
  const [mode] = db.values({ text: 'PRAGMA journal_mode = WAL', params: [] })
  if (mode !== 'wal') {
    throw new StoreError('unusable', `${db.path}: the file system has no shared memory; use a local disk`)
  }
  // FULL syncs the log at every commit (NORMAL would lose the last ones); macOS syncs to the disk only when told so.
  db.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON')
}
