import { DatabaseSync } from 'node:sqlite'
import type { RawStore } from '@holdfast/core/src/store/formats/raw-store.ts'
import { openRawMongo } from '@holdfast/core/src/store/mongo/raw.ts'
import { openMongoStore } from '@holdfast/core/src/store/mongo.ts'
import { openRawSqlite } from '@holdfast/core/src/store/sqlite/raw.ts'
import { openSqliteStore } from '@holdfast/core/src/store/sqlite.ts'
import { type Store, StoreError } from '@holdfast/core/src/store/store.ts'
import { exportStore } from '@holdfast/core/src/store/transfer/export-store.ts'
import { MongoClient } from 'mongodb'
import type { Fixture } from '../../formats/fixtures.ts'
import { startMongo } from '../../support/mongo/index.ts'
import { mongoUrl } from '../../support/requirements.ts'

/** One store, below its schema and by its port. */
export interface OldStore {
  raw(): Promise<RawStore>
  open(): Promise<Store>
  /** Puts a document of the system beside what there is, as a program of that format would. */
  insert(collection: string, doc: { readonly appId: string; readonly name: string }): Promise<void>
  /** Has an index be another one, of one field, as a program of another format had it. */
  replaceIndex(collection: string, name: string, field: string): Promise<void>
  /** The indexes that there are, each as its definition. */
  indexes(): Promise<readonly string[]>
}

/** An adapter on which stores of older formats are laid out. */
export interface OldStores {
  /** A new store with these documents; without, one with nothing in it. */
  make(fixture?: Fixture): Promise<OldStore>
  stop(): Promise<void>
}

const mongoAt = (url: string, stop: (databases: readonly string[]) => Promise<void>): OldStores => {
  const databases: string[] = []
  return {
    make: async (fixture) => {
      const database = `holdfast_test_${crypto.randomUUID().slice(0, 8)}`
      databases.push(database)
      await fixture?.fillMongo({ url, database })
      return {
        raw: () => openRawMongo({ url, database }),
        open: () => openMongoStore({ url, database }),
        insert: async (collection, doc) => {
          const client = await new MongoClient(url).connect()
          const { appId, name } = doc
          await client
            .db(database)
            .collection<{ _id: object }>(collection)
            .insertOne({ _id: { appId, name }, ...doc })
          await client.close()
        },
        replaceIndex: async (collection, name, field) => {
          const client = await new MongoClient(url).connect()
          const indexed = client.db(database).collection(collection)
          await indexed.dropIndex(name)
          await indexed.createIndex({ [field]: 1 }, { name })
          await client.close()
        },
        indexes: async () => {
          const client = await new MongoClient(url).connect()
          const db = client.db(database)
          const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)
          const all = await Promise.all(
            names.map(async (name) =>
              (await db.collection(name).indexes()).map((one) => JSON.stringify([name, one])),
            ),
          )
          await client.close()
          return all.flat().sort()
        },
      }
    },
    stop: () => stop(databases),
  }
}

async function wireServer(): Promise<OldStores> {
  const mongo = await startMongo()
  return mongoAt(mongo.url, () => mongo.stop())
}

const realServer = (url: string) => async (): Promise<OldStores> =>
  mongoAt(url, async (databases) => {
    const client = new MongoClient(url)
    for (const name of databases) await client.db(name).dropDatabase()
    await client.close()
  })

const sqliteFiles = (newPath: () => string) => async (): Promise<OldStores> => ({
  make: async (fixture) => {
    const path = newPath()
    fixture?.writeSqlite(path)
    return {
      raw: async () => openRawSqlite(path),
      open: async () => openSqliteStore({ path }),
      insert: async (collection, doc) => {
        const db = new DatabaseSync(path)
        db.prepare(`INSERT INTO "${collection}" (doc) VALUES (?)`).run(JSON.stringify(doc))
        db.close()
      },
      replaceIndex: async (collection, name, field) => {
        const db = new DatabaseSync(path)
        db.exec(`DROP INDEX "${collection}.${name}"`)
        db.exec(`CREATE INDEX "${collection}.${name}" ON "${collection}" (doc ->> '${field}')`)
        db.close()
      },
      indexes: async () => {
        const db = new DatabaseSync(path)
        const rows = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' ORDER BY sql").all()
        db.close()
        return rows.map(({ sql }) => String(sql))
      },
    }
  },
  stop: async () => {},
})

/** Every adapter of this machine; files get their names from `newPath`. */
export const everyAdapter = (
  newPath: () => string,
): readonly (readonly [name: string, start: () => Promise<OldStores>])[] => [
  ['SQLite', sqliteFiles(newPath)],
  ['MongoDB for tests', wireServer],
  ...[mongoUrl()]
    .filter((url) => url !== undefined)
    .map((url) => ['a real MongoDB', realServer(url)] as const),
]

/** Everything that a store has, as lines of an export without the first and the last, which say when. */
export async function linesOf(store: Pick<Store, 'snapshot'>): Promise<string[]> {
  const lines: string[] = []
  for await (const line of exportStore(store, new Date(0), () => {})) lines.push(line)
  return lines.slice(1, -1)
}

/** How the call that kills a program ends: before it did anything, or after. */
export type Death = 'before' | 'after'

/**
 * The same store for a program that is killed at its n-th call: nothing comes after it.
 *
 * @param calls counts them; with no end it tells how many there are.
 */
export function mortal(
  store: RawStore,
  calls: { made: number },
  nth: number,
  death: Death = 'before',
): RawStore {
  const wrapped = <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) => {
    return async (...args: Args): Promise<Result> => {
      calls.made += 1
      const killed = new StoreError('unavailable', `killed at call ${nth}`)
      if (calls.made > nth || (calls.made === nth && death === 'before')) throw killed
      const result = await call(...args)
      if (calls.made === nth) throw killed
      return result
    }
  }
  return {
    name: store.name,
    readMeta: wrapped(store.readMeta),
    count: wrapped(store.count),
    page: wrapped(store.page),
    prepare: wrapped(store.prepare),
    rewrite: wrapped(store.rewrite),
    say: wrapped(store.say),
    finish: wrapped(store.finish),
    copyBeside: wrapped(store.copyBeside),
    close: store.close,
  }
}
