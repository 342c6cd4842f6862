import { systemPlatform } from '@holdfast/contract'
import { asideOf } from './mongo/aside.ts'
import { connect, createClient, type MongoAddress } from './mongo/client.ts'
import { storeErrorOf } from './mongo/errors.ts'
import { checkLayout, checkServer } from './mongo/server.ts'
import { createCalls, type MongoClock } from './mongo/sessions.ts'
import { entriesOf } from './mongo/snapshot.ts'
import { type Execute, statementsOn } from './mongo/statements.ts'
import { transactionsOn } from './mongo/transactions.ts'
import { collectionNames, schema } from './schema.ts'
import { type Store, StoreError } from './store.ts'

export interface MongoOptions extends MongoAddress {
  /** How long each single statement may take; 5 s when absent. */
  readonly statementTimeoutMs?: number
  /** The machine's own when absent. */
  readonly clock?: MongoClock
}

/**
 * The production store: a replica set of MongoDB 5.0 or later, or Atlas. Any number of processes share it.
 *
 * Each document has its key as `_id`; dates are BSON dates, integers are numbers. Pool sizes and timeouts are set in
 * the URL, by the driver's names; what the promises stand on is not (see `mongo/client.ts`).
 * @throws StoreError `unusable` or `unavailable`, with what an operator can do: a standalone or old server, a weak
 *   write concern in the URL, missing collections or indexes, nobody there.
 */
export async function openMongoStore({
  statementTimeoutMs = 5_000,
  clock = systemPlatform,
  ...address
}: MongoOptions): Promise<Store> {
  const { client, db } = createClient(address)
  try {
    await connect(client)
    await checkServer(db)
    await checkLayout(db)
  } catch (error) {
    await client.close()
    throw error
  }

  const calls = createCalls(client, db, clock)
  const transact = transactionsOn(calls, clock)
  const aside = asideOf(calls, transact, statementTimeoutMs)
  let closing: Promise<void> | undefined
  const assertOpen = () => {
    if (closing !== undefined) throw new StoreError('unavailable', 'the store is closed')
  }
  const execute: Execute = async (prepare) => {
    assertOpen()
    return aside(prepare)
  }

  return {
    ...statementsOn(execute),

    transaction: async (budgetMs, work) => {
      assertOpen()
      return transact(budgetMs, (within) => work(statementsOn(within)))
    },

    purgeExpired: async (now) => {
      assertOpen()
      let purged = 0
      for (const name of collectionNames) {
        const { expires } = schema[name]
        if (expires === undefined) continue
        purged += await calls.run(statementTimeoutMs, async ({ inTurn, scope }) => {
          const { bounds, collection } = scope()
          const deleted = inTurn(() => collection(name).deleteMany({ [expires]: { $lte: now } }, bounds))
          // Not atomic: what is left is deleted the next time.
          return deleted.then(
            ({ deletedCount }) => deletedCount,
            (error: unknown) => Promise.reject(storeErrorOf(error, name, true)),
          )
        })
      }
      return purged
    },

    async *snapshot() {
      assertOpen()
      yield* entriesOf(client, db)
    },

    close: () => {
      closing ??= calls.idle().then(() => client.close())
      return closing
    },
  }
}
