import { addressFault } from '@holdfast/contract'
import { type CommandStartedEvent, MongoClient, type MongoClientOptions, ReadConcern } from 'mongodb'
import { whyUnreachable } from '../../unreachable.ts'
import { StoreError } from '../store.ts'

/** Where the server is, and how it is talked to. */
export interface MongoAddress {
  /** `mongodb://` or `mongodb+srv://`, of a replica set or of Atlas. */
  readonly url: string
  /** The one in the URL when absent, and `holdfast` when there is none. */
  readonly database?: string
  /** How long a connection may be silent under a command, whatever the URL says; 0: as long as the command takes. */
  readonly socketTimeoutMs?: number
  /** Is told of every command before it is sent: for tests. */
  readonly onCommand?: (event: CommandStartedEvent) => void
}

/** What an operator may set in the URL, by the driver's own names. */
const defaults = {
  // Connections for each process and server: commands share them, a transaction keeps none (driver: 100).
  maxPoolSize: 50,
  // A rush does not begin with handshakes (driver: 0).
  minPoolSize: 2,
  // It does not wait for connections that are made two by two (driver: 2).
  maxConnecting: 8,
  // A command that finds no free connection fails while its caller still waits (driver: waits for ever).
  waitQueueTimeoutMS: 4_000,
  // So does one that finds no primary; an election takes two seconds or so (driver: 30 s, longer than a commit may take).
  serverSelectionTimeoutMS: 4_000,
  // An address that does not answer is no server (driver: 30 s).
  connectTimeoutMS: 3_000,
  // Frees connections on which nothing will ever come again; longer than any command may take (driver: never).
  socketTimeoutMS: 30_000,
} satisfies MongoClientOptions

/** What nobody may set: the store's promises stand on it. Concerns are said again with each transaction. */
const fixed = {
  appName: 'holdfast-core',
  // A write of one document that got no answer is repeated, and done once; so are reads.
  retryWrites: true,
  retryReads: true,
  // Who decides is asked.
  readPreference: 'primary',
  // An optional field that is not there stays so (the driver would write null). Filters never have such values.
  ignoreUndefined: true,
  // Numbers of 64 bits and dates come back as JavaScript's own.
  promoteLongs: true,
  promoteValues: true,
} satisfies MongoClientOptions

/** Whether a write concern says less than that a majority has the write on its disks. */
function isWeak({ w, journal }: { readonly w?: unknown; readonly journal?: unknown } = {}): boolean {
  return (w !== undefined && w !== 'majority') || journal === false
}

const namesIn = (url: string): ReadonlySet<string> =>
  new Set([...new URLSearchParams(url.replace(/^[^?]*/, '')).keys()].map((name) => name.toLowerCase()))

/** The database that a URL names. */
const databaseIn = (url: string): string | undefined => /^[^/]+\/\/[^/]+\/([^/?]+)/.exec(url)?.[1]

/** A client that has not connected yet, and its database. */
export function createClient({ url, database, socketTimeoutMs, onCommand }: MongoAddress) {
  const named = namesIn(url)
  const free = Object.entries(defaults).filter(([name]) => !named.has(name.toLowerCase()))
  let client: MongoClient
  try {
    client = new MongoClient(url, {
      ...Object.fromEntries(free),
      ...fixed,
      ...(socketTimeoutMs !== undefined && { socketTimeoutMS: socketTimeoutMs }),
      monitorCommands: onCommand !== undefined,
    })
  } catch (cause) {
    // The driver's own words may quote the address.
    const options = [...named].filter((name) => /^[a-z]{1,40}$/.test(name))
    const inOptions = options.length > 0 ? `; look at its options: ${options.join(', ')}` : ''
    const fault = addressFault(url, 1) ?? `is no address of a MongoDB${inOptions}`
    throw new StoreError('unusable', `STORE_URL ${fault}`, { cause })
  }
  if (isWeak(client.options.writeConcern)) {
    throw new StoreError(
      'unusable',
      'STORE_URL asks for a write concern that can lose a booking: remove w and journal from it, or say w=majority',
    )
  }
  if (onCommand !== undefined) client.on('commandStarted', onCommand)
  // What is read was committed for good. Said here, because a URL wins over the options of a client.
  const db = client.db(database ?? databaseIn(url) ?? 'holdfast', {
    writeConcern: { w: 'majority' },
    readConcern: new ReadConcern('majority'),
    readPreference: fixed.readPreference,
  })
  return { client, db }
}

/**
 * Connects to it.
 * @throws StoreError `unavailable` or `unusable`
 */
export async function connect(client: MongoClient): Promise<void> {
  try {
    await client.connect()
  } catch (cause) {
    const hosts = client.options.hosts.map(String).join(', ')
    throw new StoreError(
      'unavailable',
      `no MongoDB could be used at ${hosts}: start it, or check STORE_URL (its host, replicaSet, user and password) and the network: ${whyUnreachable(cause)}`,
      { cause },
    )
  }
}
