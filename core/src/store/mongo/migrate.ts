import type { Db } from 'mongodb'
import { collectionNames } from '../schema.ts'
import { StoreError } from '../store.ts'
import { connect, createClient, type MongoAddress } from './client.ts'
import { isIndexConflict, isNamespaceTaken, storeErrorOf } from './errors.ts'
import { indexesOf } from './layout.ts'
import { checkLayout, checkServer } from './server.ts'

async function layOut(db: Db): Promise<void> {
  for (const name of collectionNames) {
    await db.createCollection(name).catch((error: unknown) => {
      if (!isNamespaceTaken(error)) throw storeErrorOf(error, name, false)
    })
    await db
      .collection(name)
      .createIndexes([...indexesOf(name)])
      .catch((cause: unknown) => {
        if (!isIndexConflict(cause)) throw storeErrorOf(cause, name, false)
        const reason = cause instanceof Error ? cause.message : ''
        throw new StoreError(
          'unusable',
          `${name} has another index in the way: drop it, then migrate again (${reason})`,
          { cause },
        )
      })
  }
}

/**
 * Makes the collections and indexes that are missing, and touches nothing that is there. It may run any number of
 * times, several at once, and while an older program serves.
 * @throws StoreError with what an operator can do.
 */
export async function migrateMongo(address: MongoAddress): Promise<void> {
  const { client, db } = createClient(address)
  try {
    await connect(client)
    await checkServer(db)
    await layOut(db)
    await checkLayout(db)
  } finally {
    await client.close()
  }
}
