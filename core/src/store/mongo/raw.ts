import type { AnyBulkWriteOperation, TransactionOptions } from 'mongodb'
import { isStillToWrite, type Meta } from '../formats/meta.ts'
import type { RawStore } from '../formats/raw-store.ts'
import { dropIndexes, makeCollections, makeIndexes } from './catalog.ts'
import { connect, createClient, type MongoAddress } from './client.ts'
import { storeErrorOf } from './errors.ts'
import { idOf } from './filters.ts'
import type { Raw } from './scope.ts'
import { checkServer, metaOfDatabase, metaSaidIn } from './server.ts'

/** One page or one batch may take so long; a migration that failed is run again. */
const statementMs = 60_000
const bounds = { maxTimeMS: statementMs }

/** Each batch is there for good before the next begins. */
const durable: TransactionOptions & { readonly timeoutMS: number } = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority' },
  readPreference: 'primary',
  timeoutMS: statementMs,
}

const translated = <Result>(asked: Promise<Result>): Promise<Result> =>
  asked.catch((error: unknown) => {
    throw storeErrorOf(error, null, false)
  })

/** What writes the changes of one batch; the `_id` of a document says nothing that its key does not, and stays. */
const writesOf = (changes: Parameters<RawStore['write']>[1]): AnyBulkWriteOperation<Raw>[] =>
  changes.map(({ at, doc }) => {
    const filter = { _id: JSON.parse(at) }
    return doc === null ? { deleteOne: { filter } } : { replaceOne: { filter, replacement: { ...doc } } }
  })

/**
 * A MongoDB below its schema. A place is the `_id`, by whose order pages come.
 * @throws StoreError as `openMongoStore`, for the server and the address.
 */
export async function openRawMongo(address: MongoAddress): Promise<RawStore> {
  const { client, db } = createClient(address)
  try {
    await connect(client)
    await checkServer(db)
  } catch (error) {
    await client.close()
    throw error
  }
  const storeName = `the database ${db.databaseName}`
  const put = (meta: Meta) => ({
    replaceOne: { filter: { _id: idOf('meta', meta) }, replacement: { ...meta }, upsert: true },
  })
  return {
    name: storeName,
    readMeta: () => metaOfDatabase(db),
    count: (name) => translated(db.collection(name).countDocuments({}, bounds)),
    page: async (name, after, limit) => {
      const filter = after === null ? {} : { _id: { $gt: JSON.parse(after) } }
      const options = { ...bounds, sort: { _id: 1 } as const, limit, batchSize: limit + 1 }
      const found = await translated(db.collection<Raw>(name).find(filter, options).toArray())
      return found.map(({ _id, ...doc }) => ({ at: JSON.stringify(_id), doc }))
    },
    prepare: async (dropped) => {
      await makeCollections(db)
      await dropIndexes(db, dropped)
    },
    write: async (name, changes, meta, before) => {
      const session = client.startSession({ causalConsistency: false })
      try {
        const write = async () => {
          const found = await metaSaidIn(db, session)
          if (!isStillToWrite(storeName, { found, before, meta })) return
          if (changes.length > 0) await db.collection<Raw>(name).bulkWrite(writesOf(changes), { session })
          await db.collection<Raw>('meta').bulkWrite([put(meta)], { session })
        }
        await translated(session.withTransaction(write, durable))
      } finally {
        await session.endSession()
      }
    },
    finish: () => makeIndexes(db),
    copyBeside: async () => null,
    close: () => client.close(),
  }
}
