import type { Term } from '@holdfast/core/src/store/filters.ts'
import { type CollectionName, collectionNames, schema } from '@holdfast/core/src/store/schema.ts'
import { type Scalar, StoreError } from '@holdfast/core/src/store/store.ts'

/** A document as the store keeps it. */
export type Doc = Readonly<Record<string, unknown>>

const comparable = (value: unknown): string | number | boolean | null =>
  value instanceof Date ? value.getTime() : (value as string | number | boolean | null)
/** Under which name a document stands in its collection. */
export const keyOf = (collection: CollectionName, doc: Doc): string =>
  schema[collection].key.map((field) => String(doc[field])).join(' ')

/** Whether a document is as a term of a filter says. */
export function matches(doc: Doc, term: Term): boolean {
  const value = comparable(doc[term.field])
  if (term.test === 'in') return term.values.some((one) => comparable(one) === value)
  const other = comparable(term.value)
  if (term.test === 'eq') return value === other
  if (value === null || other === null) return false
  switch (term.test) {
    case 'gt':
      return value > other
    case 'gte':
      return value >= other
    case 'lt':
      return value < other
    case 'lte':
      return value <= other
  }
}

/** The order of two values; what has none comes first. */
export const compare = (a: unknown, b: unknown): number => {
  const [x, y] = [comparable(a as Scalar), comparable(b as Scalar)]
  if (x === y) return 0
  if (x === null) return -1
  return y !== null && x > y ? 1 : -1
}

/** What a second document with one value of a unique index fails with. */
export const duplicate = (collection: CollectionName, index: string) =>
  new StoreError('duplicate', `${collection} has that value in ${index} already`, {
    duplicate: { collection, index },
  })

/** A value that one document alone may have. */
type Unique = { readonly index: string; readonly name: string }

const uniqueIndexes = Object.fromEntries(
  collectionNames.map((collection) => [
    collection,
    Object.entries(schema[collection].indexes).filter(([, { unique }]) => unique),
  ]),
)

/** What was told of a document, which never changes: every write asks it of all others. */
const known = new WeakMap<Doc, readonly Unique[]>()

/** The unique values of a document, by index. */
export function uniques(collection: CollectionName, doc: Doc): readonly Unique[] {
  const before = known.get(doc)
  if (before) return before
  const all = (uniqueIndexes[collection] ?? []).map(([index, { fields }]) => ({
    index,
    name: `${collection}/${index} ${fields.map((field: string) => doc[field]).join(' ')}`,
  }))
  known.set(doc, all)
  return all
}
