import type { AnyBulkWriteOperation, ClientSession, Db, TransactionOptions } from 'mongodb'
import { isStillToWrite, type Meta } from '../formats/meta.ts'
import type { RawEntry, RawStore } from '../formats/raw-store.ts'
import type { RawDoc } from '../formats/steps.ts'
import { heldByKilledMs } from '../patient.ts'
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
  timeoutMS: heldByKilledMs,
}

const translated = <Result>(asked: Promise<Result>): Promise<Result> =>
  asked.catch((error: unknown) => {
    throw storeErrorOf(error, null, false)
  })

/** What writes one change; the `_id` of a document says nothing that its key does not, and stays. */
function writeOf(at: string, doc: RawDoc | null): AnyBulkWriteOperation<Raw> {
  const filter = { _id: JSON.parse(at) }
  return doc === null ? { deleteOne: { filter } } : { replaceOne: { filter, replacement: { ...doc } } }
}

/** The next documents of a collection. */
async function pageOf(
  db: Db,
  name: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
  within: { readonly session?: ClientSession; readonly maxTimeMS?: number },
): Promise<RawEntry[]> {
  const filter = after === null ? {} : { _id: { $gt: JSON.parse(after) } }
  const options = { ...within, sort: { _id: 1 } as const, limit, batchSize: limit + 1 }
  const found = await db.collection<Raw>(name).find(filter, options).toArray()
  return found.map(({ _id, ...doc }) => ({ at: JSON.stringify(_id), doc }))
}

/**
 * A MongoDB below its schema. A place is the `_id`, by whose order pages come.
 * @throws StoreError as `openMongoStore`, for the server and the address.
 */
export async function openRawMongo(address: MongoAddress): Promise<RawStore> {
  // A large collection takes longer to count, or to index, than any command of core may.
  const { client, db } = createClient({ ...address, socketTimeoutMs: 0 })
  try {
    await connect(client)
    await checkServer(db)
  } catch (error) {
    await client.close()
    throw error
  }
  const storeName = `the database ${db.databaseName}`
  /** One transaction; its session is part of every command. */
  const atOnce = async <Result>(work: (session: ClientSession) => Promise<Result>): Promise<Result> => {
    const session = client.startSession({ causalConsistency: false })
    try {
      return await translated(session.withTransaction(() => work(session), durable))
    } finally {
      await session.endSession()
    }
  }
  const isToWrite = async (meta: Meta, before: Meta | null, session: ClientSession) =>
    isStillToWrite(storeName, { found: await metaSaidIn(db, session), before, meta })
  const said = (meta: Meta, session: ClientSession) =>
    db.collection<Raw>('meta').replaceOne({ _id: idOf('meta', meta) }, { ...meta }, { session, upsert: true })

  return {
    name: storeName,
    readMeta: () => metaOfDatabase(db),
    count: (name) => translated(db.collection(name).countDocuments({}, bounds)),
    page: (name, after, limit) => translated(pageOf(db, name, { after, limit }, bounds)),
    prepare: async (dropped) => {
      await makeCollections(db)
      await dropIndexes(db, dropped)
    },
    rewrite: ({ collection, after, limit }, change, meta, before) =>
      atOnce(async (session) => {
        const batch = await pageOf(db, collection, { after, limit }, { session })
        const last = batch.at(-1)?.at ?? null
        const now = meta(last)
        if (await isToWrite(now, before, session)) {
          const writes = batch.flatMap(({ at, doc }) => {
            const changed = change(doc)
            return changed === doc ? [] : [writeOf(at, changed)]
          })
          if (writes.length > 0) await db.collection<Raw>(collection).bulkWrite(writes, { session })
          await said(now, session)
        }
        return { count: batch.length, last }
      }),
    say: async (meta, before) => {
      // Where a store says so for the first time, there is no collection for it yet, and a transaction makes none.
      await makeCollections(db)
      await atOnce(async (session) => {
        if (await isToWrite(meta, before, session)) await said(meta, session)
      })
    },
    finish: () => makeIndexes(db),
    copyBeside: async () => null,
    close: () => client.close(),
  }
}
