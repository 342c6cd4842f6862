import { type Store, StoreError } from './store.ts'

/** The addresses of stores. */
export const storeUrl = /^(sqlite:.+|mongodb(\+srv)?:\/\/.+)$/

/** What REFUSE_SQLITE has to say. */
export const lostWithThePod =
  'must be mongodb://... or mongodb+srv://...: a SQLite file here would be lost with its container'

/**
 * Opens the store of this address: `sqlite:<path>`, `sqlite::memory:`, `mongodb://` or `mongodb+srv://`. Only the
 * driver that it needs is loaded.
 * @throws StoreError `unusable` or `unavailable`, with what an operator can do.
 */
export async function openStore(url: string): Promise<Store> {
  if (!storeUrl.test(url)) {
    throw new StoreError('unusable', 'a store is sqlite:<path>, mongodb://... or mongodb+srv://...')
  }
  if (url.startsWith('sqlite:')) {
    const { openSqliteStore } = await import('./sqlite.ts')
    return openSqliteStore({ path: url.slice('sqlite:'.length) })
  }
  const { openMongoStore } = await import('./mongo.ts')
  return openMongoStore({ url })
}
