import { type ClientSession, type Collection, MongoClient, type MongoClientOptions } from 'mongodb'
import { onTestFinished } from 'vitest'
import { type Mongo, type MongoOptions, startMongo } from '../../support/mongo/index.ts'

/** A document of these tests. */
export interface Seat {
  _id: string
  app?: string
  index?: number
  rev?: number
  name?: string | null
  at?: Date
}

/** A server with one client of the official driver, both closed when the test ends. */
export interface World {
  readonly mongo: Mongo
  readonly client: MongoClient
  readonly seats: Collection<Seat>
  /** The commands that the server has seen so far, by name. */
  readonly seen: string[]
  /** Another client, closed as well. */
  connect(options?: MongoClientOptions): MongoClient
  /** Runs `work` in a transaction that is neither committed nor aborted. */
  open(work: (session: ClientSession) => Promise<unknown>): Promise<ClientSession>
}

/** A fresh world. */
export async function newWorld(
  options: MongoOptions = {},
  clientOptions: MongoClientOptions = {},
): Promise<World> {
  const mongo = await startMongo(options)
  const clients: MongoClient[] = []
  const connect = (more: MongoClientOptions = {}): MongoClient => {
    const client = new MongoClient(mongo.url, {
      serverSelectionTimeoutMS: 120_000,
      minHeartbeatFrequencyMS: 50,
      ...clientOptions,
      ...more,
    })
    clients.push(client)
    return client
  }
  onTestFinished(async () => {
    for (const client of clients) await client.close()
    await mongo.stop()
  })
  const client = connect()
  const seen: string[] = []
  mongo.onCommand(({ name }) => seen.push(name))
  return {
    mongo,
    client,
    seats: client.db('holdfast').collection<Seat>('seats'),
    seen,
    connect,
    open: async (work) => {
      const session = client.startSession()
      session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } })
      await work(session)
      return session
    },
  }
}

/** What `rejects.toSatisfy` takes: a server's error with this code and label. */
export const failure =
  (code: number, label?: string) =>
  (error: { readonly code?: unknown; hasErrorLabel?(label: string): boolean }): boolean =>
    error.code === code && (label === undefined || error.hasErrorLabel?.(label) === true)
