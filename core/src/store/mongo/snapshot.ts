import type { Db, MongoClient } from 'mongodb'
import { entryRead } from '../documents.ts'
import { collectionNames } from '../schema.ts'
import type { Entry } from '../store.ts'
import { storeErrorOf } from './errors.ts'
import type { Raw } from './scope.ts'

const docsPerPage = 500

/** One page may take so long; whoever reads slowly is not counted. */
const maxTimeMS = 10_000

/**
 * Everything in the order of `Store.snapshot`: one snapshot session, whose first read says of which moment it is
 * (manual/reference/read-concern-snapshot, "Read Concern and atClusterTime").
 *
 * Page after page by `_id`, which orders as the key does, so that no cursor stays open: the driver sends the read
 * concern with a getMore too, which the specification (snapshot-sessions.md) does not foresee.
 */
export async function* entriesOf(client: MongoClient, db: Db): AsyncGenerator<Entry> {
  const session = client.startSession({ snapshot: true })
  const options = {
    session,
    // The database's own would go with the moment of the session, which the server refuses.
    readConcern: { level: 'snapshot' as const },
    sort: { _id: 1 } as const,
    limit: docsPerPage,
    batchSize: docsPerPage + 1,
    maxTimeMS,
  }
  try {
    for (const name of collectionNames) {
      let page: Raw[] = []
      let filter: Raw = {}
      do {
        page = await db
          .collection<Raw>(name)
          .find(filter, options)
          .toArray()
          .catch((error: unknown) => {
            throw storeErrorOf(error, name, false)
          })
        for (const { _id, ...stored } of page) yield entryRead(name, stored)
        filter = { _id: { $gt: page.at(-1)?._id } }
      } while (page.length === docsPerPage)
    }
  } finally {
    await session.endSession()
  }
}
