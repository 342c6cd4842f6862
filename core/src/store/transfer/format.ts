import { createHash, type Hash } from 'node:crypto'
import * as z from 'zod'
import { type CollectionName, collectionNames, isCollectionName, schema } from '../schema.ts'
import type { Entry } from '../store.ts'

/** What is wrong with a file or with the store it is meant for. Its message tells an operator what to do. */
export class TransferError extends Error {}

/**
 * What a copy has: everything but who does a background job just now, which is over in seconds, whether an import is
 * under way, and how a Redis compared with the store, which is another one after a move.
 */
const left: ReadonlySet<CollectionName> = new Set(['leases', 'imports', 'checks'])
export const carried: readonly CollectionName[] = collectionNames.filter((name) => !left.has(name))

/** The first line of a file. Raise the version when files of an older program cannot be read as they are. */
export const Header = z.strictObject({
  holdfast: z.literal('export'),
  version: z.literal(1),
  at: z.iso.datetime(),
})

const Sum = z.strictObject({ count: z.int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) })

/** Of each collection how many documents there are, and the digest of their lines in the order of the key. */
const Sums = z.record(z.string(), Sum)
export type Sums = z.infer<typeof Sums>

/** The last line of a file; `sha256` is the digest of all lines before. */
export const Trailer = z.strictObject({
  end: z.strictObject({ collections: Sums, sha256: Sum.shape.sha256 }),
})

/** A document's line. Equal documents have equal lines: fields stand in the order of the schema. */
export const lineOf = ({ collection, doc }: Entry): string => JSON.stringify({ collection, doc })

const Line = z.strictObject({ collection: z.string(), doc: z.unknown() })

/**
 * The document of a line.
 * @throws TransferError when it is none.
 */
export function entryOf(line: unknown): Entry {
  const { success, data } = Line.safeParse(line)
  if (!success) throw new TransferError('is no document')
  const { collection } = data
  if (!isCollectionName(collection) || !carried.includes(collection)) {
    throw new TransferError(`names a collection that this version does not have: ${collection}`)
  }
  const doc = schema[collection].doc.safeParse(data.doc)
  if (!doc.success) throw new TransferError(`does not fit ${collection}: ${z.prettifyError(doc.error)}`)
  // The two belong together, which the type of a union cannot say.
  return { collection, doc: doc.data } as Entry
}

/** Counts documents and digests their lines. */
export interface Sum {
  add(collection: CollectionName, line: string): void
  total(): Sums
}

/** A sum of nothing yet. */
export function createSum(): Sum {
  const sums = new Map<CollectionName, { count: number; hash: Hash }>(
    carried.map((name) => [name, { count: 0, hash: createHash('sha256') }]),
  )
  return {
    add: (collection, line) => {
      const sum = sums.get(collection)
      if (sum === undefined) return
      sum.count += 1
      sum.hash.update(line).update('\n')
    },
    total: () =>
      Object.fromEntries(
        [...sums].map(([name, { count, hash }]) => [name, { count, sha256: hash.copy().digest('hex') }]),
      ),
  }
}
