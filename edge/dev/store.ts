import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { addressFault } from '@holdfast/contract'
import { ConnectionString } from 'mongodb-connection-string-url'

/** The store that a local stack runs on, and what of the stack belongs to it. */
export interface ChosenStore {
  /** For core; it may have a password. */
  readonly url: string
  /** For people: where the data are, and nothing secret. */
  readonly label: string
  /** The folder of what fits this store only: the stack's secrets, Redis's data, the demo app. */
  readonly home: string
  readonly isMongo: boolean
  /** Whether it is the stack's own file, which the stack may throw away. */
  readonly isOwn: boolean
}

/** The folder, in that of the stack, of what belongs to stores that are not its own. */
export const storesName = 'stores'

/** The SQLite file in the folder of the stack. */
export function ownStore(dir: string): ChosenStore {
  const file = join(dir, 'holdfast.sqlite')
  return { url: `sqlite:${file}`, label: file, home: dir, isMongo: false, isOwn: true }
}

/** A database that a URL does not name has this name in core. */
const defaultDatabase = 'holdfast'

/** Where the data are: whoever signs in and however the driver is set, it is the same store. */
function placeOf(url: string): { label: string; name: string; isMongo: boolean } {
  if (url.startsWith('sqlite:')) {
    const path = url.slice('sqlite:'.length)
    return { label: path === ':memory:' ? path : resolve(path), name: 'sqlite', isMongo: false }
  }
  const { protocol, hosts, pathname } = parsed(url)
  const database = decodeURIComponent(pathname.slice(1)) || defaultDatabase
  return { label: `${protocol}//${hosts.toSorted().join()}/${database}`, name: 'mongodb', isMongo: true }
}

function parsed(url: string): ConnectionString {
  try {
    return new ConnectionString(url)
  } catch {
    // Its own message may quote the address, and a password with it.
    const fault =
      addressFault(url, 1) ?? 'is no address of a store: sqlite:<path>, mongodb://... or mongodb+srv://...'
    throw new Error(`STORE_URL ${fault}`)
  }
}

/**
 * The store of STORE_URL for the stack of this folder; its own SQLite file when there is none.
 * @throws with what to do when it is no address of a store.
 */
export function chooseStore(dir: string, url: string | undefined): ChosenStore {
  const own = ownStore(dir)
  if (!url || url === own.url) return own
  const { label, name, isMongo } = placeOf(url)
  const digest = createHash('sha256').update(label).digest('hex').slice(0, 12)
  return { url, label, home: join(dir, storesName, `${name}-${digest}`), isMongo, isOwn: false }
}
