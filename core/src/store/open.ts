import { isPrivateHost } from '@holdfast/contract'
import type { RawStore } from './formats/raw-store.ts'
import { type Store, StoreError } from './store.ts'

/** The addresses of stores. */
export const storeUrl = /^(sqlite:.+|mongodb(\+srv)?:\/\/.+)$/

/** What REFUSE_SQLITE has to say. */
export const lostWithThePod =
  'must be mongodb://... or mongodb+srv://...: a SQLite file here would be lost with its container'

const isOwn = (host: string): boolean => /%2f/i.test(host) || isPrivateHost(host)

/** Whether what is sent to a store is encrypted, or stays on this machine or in its network. */
export function isKept(url: string): boolean {
  const [before = '', options = ''] = url.split('?')
  const said = new URLSearchParams(options.toLowerCase())
  const tls = said.get('tls') ?? said.get('ssl')
  // Those of SRV records have TLS unless they say otherwise.
  if (!before.startsWith('mongodb://')) return tls !== 'false'
  const [hosts = ''] = before
    .slice(before.lastIndexOf('@') + 1)
    .replace('mongodb://', '')
    .split('/')
  return tls === 'true' || hosts.split(',').every(isOwn)
}

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
