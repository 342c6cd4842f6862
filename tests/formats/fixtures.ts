import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { EJSON } from 'bson'
import { type Document, type IndexDescription, MongoClient } from 'mongodb'
import * as z from 'zod'
import { rootDir } from '../../edge/dev/processes.ts'
import type { RedisDoors } from '../../edge/dev/redis/start.ts'

const folder = join(rootDir, 'tests/formats')

/** The formats before the current one, each with what `make.ts` kept of it. */
export const oldFormats: readonly number[] = readdirSync(folder)
  .filter((name) => /^\d+$/.test(name))
  .map(Number)
  .sort((one, other) => one - other)

/** What somebody knows who has used a shop of that time. */
const Shop = z.object({
  appId: z.string(),
  publishableKey: z.string(),
  secretKey: z.string(),
  origin: z.string(),
  account: z.object({ email: z.string(), password: z.string(), name: z.string() }),
  booked: z.array(
    z.object({
      id: z.string(),
      owner: z.enum(['user', 'guest', 'external']),
      eventId: z.string(),
      holdId: z.string(),
      seats: z.array(z.string()),
      payment: z.string(),
      key: z.string(),
      receipt: z.string(),
    }),
  ),
  open: z.string(),
  ended: z.array(z.string()),
  partly: z.string(),
  receiptKey: z.record(z.string(), z.string()),
})

const bytesOf = (format: number, name: string): Buffer =>
  gunzipSync(readFileSync(join(folder, String(format), `${name}.gz`)))

/** What is kept of a store of that format, in each of its forms: the same documents. */
export interface Fixture {
  readonly shop: z.infer<typeof Shop>
  /** The lines of an export. */
  readonly exported: readonly string[]
  writeSqlite(path: string): void
  fillMongo(address: { readonly url: string; readonly database?: string }): Promise<void>
  /** Puts its inventories into a Redis. */
  fillRedis(door: Pick<RedisDoors, 'restUrl' | 'restToken'>): Promise<void>
}

/** What was kept of a format. */
export function fixtureOf(format: number): Fixture {
  const shop = Shop.parse(JSON.parse(readFileSync(join(folder, String(format), 'shop.json'), 'utf8')))
  return {
    shop,
    exported: bytesOf(format, 'export.ndjson').toString().trimEnd().split('\n'),
    writeSqlite: (path) => writeFileSync(path, bytesOf(format, 'store.db')),
    async fillMongo({ url, database }) {
      const all: Record<string, { indexes: IndexDescription[]; documents: Document[] }> = EJSON.parse(
        bytesOf(format, 'mongo.json').toString(),
      )
      const client = await new MongoClient(url).connect()
      for (const [name, { indexes, documents }] of Object.entries(all)) {
        const collection = await client.db(database).createCollection(name)
        if (documents.length > 0) await collection.insertMany(documents)
        if (indexes.length > 0) await collection.createIndexes(indexes)
      }
      await client.close()
    },
    async fillRedis({ restUrl, restToken }) {
      const answer = await fetch(`${restUrl}/pipeline`, {
        method: 'POST',
        headers: { authorization: `Bearer ${restToken}`, 'content-type': 'application/json' },
        body: bytesOf(format, 'redis.json').toString(),
      })
      const replies: { error?: string }[] = await answer.json()
      const error = replies.find((reply) => reply.error !== undefined)
      if (error)
        throw new Error(`the inventories of format ${format} cannot be put into Redis: ${error.error}`)
    },
  }
}
