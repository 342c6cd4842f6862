import type { RawStore } from './formats/raw-store.ts'
import { type Store, StoreError } from './store.ts'

/** The addresses of stores. */
export const storeUrl = /^(sqlite:.+|mongodb(\+srv)?:\/\/.+)$/

/** What REFUSE_SQLITE has to say. */
export const lostWithThePod =
  'must be mongodb://... or mongodb+srv://...: a SQLite file here would be lost with its container'

function assertUrl(url: string): void {
  if (!storeUrl.test(url)) {
    throw new StoreError('unusable', 'a store is sqlite:<path>, mongodb://... or mongodb+srv://...')
  }
}

/** The path of a SQLite store; undefined: it is none. */
const sqlitePathIn = (url: string): string | undefined =>
  url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : undefined

/**
 * Opens the store of this address: `sqlite:<path>`, `sqlite::memory:`, `mongodb://` or `mongodb+srv://`. Only the
 * driver that it needs is loaded.
 * @throws StoreError `unusable` or `unavailable`, with what an operator can do.
 */
export async function openStore(url: string): Promise<Store> {
  assertUrl(url)
  const path = sqlitePathIn(url)
  if (path !== undefined) {
    const { openSqliteStore } = await import('./sqlite.ts')
    return openSqliteStore({ path })
  }
  const { openMongoStore } = await import('./mongo.ts')
  return openMongoStore({ url })
}

/** Opens the store of this address below its schema, for a migration. @throws StoreError as `openStore`. */
export async function openRawStore(url: string): Promise<RawStore> {
  assertUrl(url)
  const path = sqlitePathIn(url)
  if (path !== undefined) {
    const { openRawSqlite } = await import('./sqlite/raw.ts')
    return openRawSqlite(path)
  }
  const { openRawMongo } = await import('./mongo/raw.ts')
  return openRawMongo({ url })
}
