import type { IndexDescription } from 'mongodb'
import { type CollectionName, collectionNames, schema } from '../schema.ts'

/** An index, as `createIndexes` makes it and `listIndexes` shows it. */
export interface IndexLayout extends IndexDescription {
  readonly name: string
  readonly key: Record<string, 1>
}

const ascending = (fields: readonly string[]): Record<string, 1> =>
  Object.fromEntries(fields.map((field) => [field, 1]))

/**
 * The indexes of a collection, by their names in the schema. `_id` keeps the key unique; `primary` is for reads in
 * its order and by its first fields.
 */
export function indexesOf(name: CollectionName): readonly IndexLayout[] {
  const { key, indexes, expires } = schema[name]
  return [
    { name: 'primary', key: ascending(key) },
    ...Object.entries(indexes).map(([own, { fields, unique }]) => ({
      name: own,
      key: ascending(fields),
      ...(unique && { unique }),
    })),
    // MongoDB deletes a document some time after this date, and never one without a date.
    ...(expires === undefined ? [] : [{ name: 'expires', key: ascending([expires]), expireAfterSeconds: 0 }]),
  ]
}

/** What of an index decides how it works. */
const essence = ({ name, key, unique, expireAfterSeconds }: IndexDescription): string =>
  JSON.stringify([name, Object.entries(key), unique ?? false, expireAfterSeconds ?? null])

/** Which indexes are missing or other than the schema's, as `collection.index`; null stands for no collection. */
export function missingIn(
  found: ReadonlyMap<CollectionName, readonly IndexDescription[] | null>,
): readonly string[] {
  return collectionNames.flatMap((name) => {
    const there = found.get(name)
    if (there === undefined || there === null) return [name]
    const known = new Set(there.map(essence))
    return indexesOf(name)
      .filter((index) => !known.has(essence(index)))
      .map((index) => `${name}.${index.name}`)
  })
}
