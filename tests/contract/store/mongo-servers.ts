import { migrateMongo } from '@holdfast/core/src/store/mongo/migrate.ts'
import { type MongoOptions, openMongoStore } from '@holdfast/core/src/store/mongo.ts'
import type { Store } from '@holdfast/core/src/store/store.ts'
import { MongoClient } from 'mongodb'
import { startMongo } from '../../support/mongo/index.ts'
import { mongoUrl } from '../../support/requirements.ts'
import { longMs } from './clock.ts'

/** A MongoDB that suites run on. */
export interface MongoServer {
  /** A store in a migrated database of its own. */
  open(options?: Omit<MongoOptions, 'url' | 'database'>): Promise<Store>
  /** Ends what `open` has left. */
  stop(): Promise<void>
}

const patience = ['serverSelectionTimeoutMS', 'waitQueueTimeoutMS', 'connectTimeoutMS', 'socketTimeoutMS']

/** The address, with the driver's own times so long that a busy machine does not outlast them. */
function patient(url: string): string {
  const added = patience.filter((name) => !url.includes(name)).map((name) => `${name}=${longMs}`)
  const place = url.includes('?') ? '&' : /^[^/]+\/\/[^/]+\//.test(url) ? '?' : '/?'
  return `${url}${place}${added.join('&')}`
}

/**
 * Stores on the server at this address, each in a database that nobody else knows. Their statements have all the time
 * of a busy machine, unless the options say otherwise.
 */
export function storesAt(url: string): Pick<MongoServer, 'open'> & { readonly databases: readonly string[] } {
  const databases: string[] = []
  return {
    databases,
    open: async (options = {}) => {
      const database = `holdfast_test_${crypto.randomUUID().slice(0, 8)}`
      databases.push(database)
      await migrateMongo({ url, database })
      return openMongoStore({ url: patient(url), database, statementTimeoutMs: longMs, ...options })
    },
  }
}

async function wireServer(): Promise<MongoServer> {
  const mongo = await startMongo()
  return { open: storesAt(mongo.url).open, stop: mongo.stop }
}

async function realServer(url: string): Promise<MongoServer> {
  const stores = storesAt(url)
  return {
    open: stores.open,
    stop: async () => {
      const client = new MongoClient(url)
      for (const name of stores.databases) await client.db(name).dropDatabase()
      await client.close()
    },
  }
}

const realUrls = [mongoUrl()].filter((url) => url !== undefined)

/** The servers of this machine: the one for tests, and a real one where there is one. */
export const mongoServers: readonly (readonly [name: string, start: () => Promise<MongoServer>])[] = [
  ['MongoDB for tests', wireServer],
  ...realUrls.map((url) => ['a real MongoDB', () => realServer(url)] as const),
]
