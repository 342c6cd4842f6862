import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { MongoMemoryReplSet } from 'mongodb-memory-server-core'

/** The `mongod` of this machine, if it has one. */
const installed = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'mongod'))
    .find((file) => existsSync(file))

/**
 * Sees to a real MongoDB for the suites, once for the whole run, and leaves its address in MONGODB_URL: the one that
 * is there already, or a replica set of one node by the `mongod` on PATH, or by a downloaded one when
 * MONGODB_DOWNLOAD=1 allows that. Without any the suites are reported as not run.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.MONGODB_URL) return undefined
  const systemBinary = installed()
  if (systemBinary === undefined && process.env.MONGODB_DOWNLOAD !== '1') return undefined
  const server = await MongoMemoryReplSet.create({
    ...(systemBinary !== undefined && { binary: { systemBinary } }),
    // Snapshots and transactions need it.
    replSet: { count: 1, storageEngine: 'wiredTiger' },
  })
  process.env.MONGODB_URL = server.getUri()
  return async () => {
    await server.stop()
  }
}
