import type { Db, IndexDescription } from 'mongodb'
import * as z from 'zod'
import { type CollectionName, collectionNames } from '../schema.ts'
import { StoreError } from '../store.ts'
import { isNamespaceMissing, storeErrorOf } from './errors.ts'
import { missingIn } from './layout.ts'

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

/** The indexes that are there, by collection; null stands for no collection. */
export async function readLayout(
  db: Db,
): Promise<ReadonlyMap<CollectionName, readonly IndexDescription[] | null>> {
  const found = collectionNames.map(async (name) => {
    const indexes = db
      .collection(name)
      .indexes()
      .catch((error: unknown) => {
        if (isNamespaceMissing(error)) return null
        throw error
      })
    return [name, await translated(indexes)] as const
  })
  return new Map(await Promise.all(found))
}

/**
 * Refuses a database without the collections and indexes of the schema: no request ever makes them.
 * @throws StoreError `unusable`, with what to do.
 */
export async function checkLayout(db: Db): Promise<void> {
  const missing = missingIn(await readLayout(db))
  if (missing.length === 0) return
  throw new StoreError(
    'unusable',
    `the database ${db.databaseName} lacks ${missing.join(', ')}: run npm run -w core migrate`,
  )
}
