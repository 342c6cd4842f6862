import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { ConnectionString } from 'mongodb-connection-string-url'
import { rootDir, startProgram } from '../../edge/dev/processes.ts'
import { mongoUrl } from './requirements.ts'

/** Where whole stacks get a database of their own from. */
export interface Databases {
  /** The STORE_URL of a new one; undefined for the SQLite file that a stack has by itself. */
  create(): string | undefined
  /** Drops them. */
  stop(): Promise<void>
}

/** The MongoDB for tests in a process of its own: it shares no thread with those who buy. */
export async function startMongoProgram(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-mongo-'))
  const logFile = join(dir, 'mongo.log')
  const url = () => /^mongodb:\S+$/m.exec(readFileSync(logFile, 'utf8'))?.[0]
  const program = join(rootDir, 'tests/support/mongo/main.ts')
  try {
    const { stop } = await startProgram({
      name: 'the MongoDB for tests',
      // What a killed core has left open holds its documents for so long; 60 s on a real one that was not told.
      command: [process.execPath, program, '--transaction-lifetime-s', '5'],
      logFile,
      isReady: async () => url() !== undefined,
    })
    return {
      url: url() ?? '',
      async stop() {
        await stop()
        rmSync(dir, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(dir, { recursive: true, force: true })
    throw error
  }
}

/** The same address with a database that nobody else knows. */
function newDatabaseAt(url: string): string {
  const address = new ConnectionString(url)
  address.pathname = `/holdfast_test_${crypto.randomUUID().slice(0, 8)}`
  return address.toString()
}

async function sqliteFiles(): Promise<Databases> {
  return { create: () => undefined, stop: async () => {} }
}

async function wireServer(): Promise<Databases> {
  const { url, stop } = await startMongoProgram()
  return { create: () => newDatabaseAt(url), stop }
}

async function realServer(url: string): Promise<Databases> {
  const created: string[] = []
  return {
    create() {
      const database = newDatabaseAt(url)
      created.push(database)
      return database
    },
    async stop() {
      for (const database of created) {
        const client = new MongoClient(database)
        await client.db().dropDatabase()
        await client.close()
      }
    },
  }
}

/** A store that whole stacks run on. */
export interface StoreKind {
  readonly store: string
  start(): Promise<Databases>
}

const realMongo = (url: string): StoreKind => ({ store: 'a real MongoDB', start: () => realServer(url) })

export const sqlite: StoreKind = { store: 'SQLite', start: sqliteFiles }

/** The MongoDB of this machine: the one for tests, and a real one where there is one. */
export const mongos: readonly [StoreKind, ...StoreKind[]] = [
  { store: 'MongoDB for tests', start: wireServer },
  ...[mongoUrl()].filter((url) => url !== undefined).map(realMongo),
]

/** The stores of this machine. */
export const storeKinds: readonly StoreKind[] = [sqlite, ...mongos]
