import type { ClientSession, Db, IndexDescription } from 'mongodb'
import * as z from 'zod'
import { documentRead } from '../documents.ts'
import { assertFormat, type Meta, metaOf } from '../formats/meta.ts'
import { currentFormat } from '../formats/steps.ts'
import { type CollectionName, collectionNames, isCollectionName } from '../schema.ts'
import { StoreError } from '../store.ts'
import { isNamespaceMissing, storeErrorOf } from './errors.ts'
import { idOf } from './filters.ts'
import { missingIn } from './layout.ts'
import type { Raw } from './scope.ts'

/** What `hello` tells of a server (manual/reference/command/hello, "Output"). */
const Hello = z.object({
  setName: z.string().optional(),
  msg: z.string().optional(),
  maxWireVersion: z.int(),
})

/** The wire version of MongoDB 5.0. */
const wireVersionMin = 13

/**
 * Refuses a server that cannot keep the store's promises.
 * @throws StoreError `unusable`, with what to do.
 */
export function assertFit(answer: unknown): void {
  const hello = Hello.parse(answer)
  if (hello.maxWireVersion < wireVersionMin) {
    throw new StoreError(
      'unusable',
      `the MongoDB of STORE_URL is older than 5.0 (wire version ${hello.maxWireVersion}): upgrade it`,
    )
  }
  // A router of a sharded cluster has no set name, and stands before replica sets only.
  if (hello.setName === undefined && hello.msg !== 'isdbgrid') {
    throw new StoreError(
      'unusable',
      'the MongoDB of STORE_URL is a standalone server, which has no transactions: start it with --replSet rs0 and ' +
        'run rs.initiate() once (one node is enough), or use Atlas',
    )
  }
}

const translated = async <Result>(asked: Promise<Result>): Promise<Result> => {
  try {
    return await asked
  } catch (error) {
    throw storeErrorOf(error, null, false)
  }
}

/** Asks the server what it is, and refuses what cannot keep the store's promises. */
export const checkServer = async (db: Db): Promise<void> =>
  assertFit(await translated(db.admin().command({ hello: 1 })))

/** The indexes of a collection; null: there is no such collection. */
export const indexesIn = (db: Db, name: string): Promise<readonly IndexDescription[] | null> =>
  translated(
    db
      .collection(name)
      .indexes()
      .catch((error: unknown) => {
        if (isNamespaceMissing(error)) return null
        throw error
      }),
  )

/** The indexes that are there, by collection; null stands for no collection. */
export async function readLayout(
  db: Db,
): Promise<ReadonlyMap<CollectionName, readonly IndexDescription[] | null>> {
  const found = collectionNames.map(async (name) => [name, await indexesIn(db, name)] as const)
  return new Map(await Promise.all(found))
}

/** What the meta document says; null: there is none. */
export async function metaSaidIn(db: Db, session?: ClientSession): Promise<Meta | null> {
  const options = { projection: { _id: 0 }, ...(session && { session }) }
  const found = await db
    .collection<Raw>('meta')
    .findOne({ _id: idOf('meta', metaOf(currentFormat)) }, options)
  return found === null ? null : documentRead('meta', found)
}

/** The format of a database; null: there is no document of ours in it. */
export async function metaOfDatabase(db: Db): Promise<Meta | null> {
  const said = await translated(metaSaidIn(db))
  if (said !== null) return said
  const names = await translated(db.listCollections({}, { nameOnly: true }).toArray())
  for (const { name } of names) {
    if (isCollectionName(name) && (await translated(db.collection(name).findOne({}))) !== null)
      return metaOf(1)
  }
  return null
}

/**
 * Refuses a database of another format, or without the collections and indexes of the schema: no request ever makes them.
 * @throws StoreError `unusable`, with what to do.
 */
export async function checkLayout(db: Db): Promise<void> {
  const meta = await metaOfDatabase(db)
  if (meta !== null) assertFormat(`the database ${db.databaseName}`, meta)
  const missing = missingIn(await readLayout(db))
  if (missing.length === 0) return
  throw new StoreError(
    'unusable',
    `the database ${db.databaseName} lacks ${missing.join(', ')}: run npm run -w core migrate`,
  )
}
