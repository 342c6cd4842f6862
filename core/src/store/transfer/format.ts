import { createHash, type Hash } from 'node:crypto'
import * as z from 'zod'
import { upgraded } from '../formats/steps.ts'
import { type CollectionName, collectionNames, isCollectionName, schema } from '../schema.ts'
import type { Entry } from '../store.ts'

/** What is wrong with a file or with the store it is meant for. Its message tells an operator what to do. */
export class TransferError extends Error {}

/**
 * What a copy has: everything but which format the store has (the file says its own), who does a background job just
 * now, which is over in seconds, whether an import is under way, and how a Redis compared with the store, which is
 * another one after a move.
 */
const left: ReadonlySet<CollectionName> = new Set(['meta', 'leases', 'imports', 'checks'])
export const carried: readonly CollectionName[] = collectionNames.filter((name) => !left.has(name))

const Kind = z.strictObject({ holdfast: z.literal('export'), at: z.iso.datetime() })

/** The first line of a file: the format of its documents. 0.1 called it a version, which was always 1. */
export const Header = z.union([
  Kind.extend({ format: z.int().positive() }),
  Kind.extend({ version: z.literal(1) }).transform(({ version, ...rest }) => ({ ...rest, format: version })),
])

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

const Line = z.strictObject({ collection: z.string(), doc: z.record(z.string(), z.unknown()) })

/** The collection that a line names, and the document as it stands there. @throws TransferError when it is none. */
export function rawEntryOf(line: unknown): z.infer<typeof Line> {
  const { success, data } = Line.safeParse(line)
  if (!success) throw new TransferError('is no document')
  return data
}

/**
 * The document that a line of a file of this format is now; null: it is none any more.
 * @throws TransferError when it does not fit.
 */
export function entryOf(format: number, { collection, doc: raw }: z.infer<typeof Line>): Entry | null {
  const current = upgraded(format, collection, raw)
  if (current === null) return null
  if (!isCollectionName(collection) || !carried.includes(collection)) {
    throw new TransferError(`names a collection that this version does not have: ${collection}`)
  }
  const doc = schema[collection].doc.safeParse(current)
  if (!doc.success) throw new TransferError(`does not fit ${collection}: ${z.prettifyError(doc.error)}`)
  // The two belong together, which the type of a union cannot say.
  return { collection, doc: doc.data } as Entry
}

/** Counts documents and digests their lines. */
export interface Sum {
  add(collection: string, line: string): void
  total(): Sums
}

/** A sum of nothing yet, which names these collections and whatever is added. */
export function createSum(names: readonly string[]): Sum {
  const nothing = () => ({ count: 0, hash: createHash('sha256') })
  const sums = new Map<string, { count: number; hash: Hash }>(names.map((name) => [name, nothing()]))
  return {
    add: (collection, line) => {
      const sum = sums.get(collection) ?? nothing()
      sums.set(collection, sum)
      sum.count += 1
      sum.hash.update(line).update('\n')
    },
    total: () =>
      Object.fromEntries(
        [...sums].map(([name, { count, hash }]) => [name, { count, sha256: hash.copy().digest('hex') }]),
      ),
  }
}
