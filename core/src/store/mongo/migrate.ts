import { type Migrated, type MigrationOptions, migrateStore } from '../formats/migrate.ts'
import type { MongoAddress } from './client.ts'
import { openRawMongo } from './raw.ts'

/** Brings a database to the current format, as `migrateStore` says; one without anything gets its collections. */
export async function migrateMongo(
  address: MongoAddress,
  options: MigrationOptions = { now: () => new Date(), phase: () => () => {} },
): Promise<Migrated> {
  const store = await openRawMongo(address)
  try {
    return await migrateStore(store, options)
  } finally {
    await store.close()
  }
}
