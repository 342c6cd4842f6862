import type { CheckedChange } from '../documents.ts'
import type { Term } from '../filters.ts'
import { type CollectionName, schema } from '../schema.ts'
import type { Raw } from './scope.ts'

/**
 * The `_id` of a document: its key as a document of its own, fields in the order of the schema. It is the same
 * wherever and whenever it is written, and unambiguous whatever stands in the parts.
 */
export function idOf(name: CollectionName, doc: object): Raw {
  const values: Readonly<Raw> = { ...doc }
  return Object.fromEntries(schema[name].key.map((field) => [field, values[field]]))
}

/** The `_id` that these terms pin down, if they name the whole key: then one document can match at most. */
function idWanted(name: CollectionName, terms: readonly Term[]): Raw | undefined {
  const wanted: Raw = {}
  for (const term of terms) if (term.test === 'eq') wanted[term.field] = term.value
  return schema[name].key.every((field) => Object.hasOwn(wanted, field)) ? idOf(name, wanted) : undefined
}

/** A filter, and whether it can match one document at most. */
export interface Match {
  readonly filter: Raw
  readonly isOne: boolean
}

/** The filter of MongoDB for these terms; by `_id` when they name the whole key. */
export function matchOf(name: CollectionName, terms: readonly Term[]): Match {
  const fields: Record<string, Raw> = {}
  const repeated: Raw[] = []
  for (const term of terms) {
    const operator = `$${term.test}`
    const value = term.test === 'in' ? term.values : term.value
    const tests = fields[term.field] ?? {}
    // The scope and the filter may both name the app; both must hold.
    if (Object.hasOwn(tests, operator)) repeated.push({ [term.field]: { [operator]: value } })
    else fields[term.field] = { ...tests, [operator]: value }
  }
  const id = idWanted(name, terms)
  return {
    filter: {
      ...(id !== undefined && { _id: id }),
      ...fields,
      ...(repeated.length > 0 && { $and: repeated }),
    },
    isOne: id !== undefined,
  }
}

/** The order asked for; that of the key when none is. */
export function sortOf(
  name: CollectionName,
  { orderBy, order }: { readonly orderBy?: string; readonly order?: 'ascending' | 'descending' },
): Readonly<Record<string, 1 | -1>> {
  const fields = orderBy === undefined ? schema[name].key : [orderBy]
  return Object.fromEntries(fields.map((field) => [field, order === 'descending' ? -1 : 1]))
}

/** The pipeline whose documents have one `row` each: the values of the fields, the count, the sum. */
export function totalsOf(
  { filter }: Match,
  {
    by,
    sum,
    limit,
  }: { readonly by: readonly string[]; readonly sum: string | undefined; readonly limit: number },
): Raw[] {
  return [
    { $match: filter },
    {
      $group: {
        _id: Object.fromEntries(by.map((field) => [field, `$${field}`])),
        count: { $sum: 1 },
        sum: { $sum: sum === undefined ? 0 : `$${sum}` },
      },
    },
    { $sort: { count: -1, _id: 1 } },
    { $limit: limit },
    { $project: { _id: 0, row: [...by.map((field) => `$_id.${field}`), '$count', '$sum'] } },
  ]
}

/** The change in MongoDB's operators. */
export const updateOf = ({ set, inc }: CheckedChange): Raw => ({
  ...(set.length > 0 && { $set: Object.fromEntries(set.map(({ field, value }) => [field, value])) }),
  ...(inc.length > 0 && { $inc: Object.fromEntries(inc.map(({ field, by }) => [field, by])) }),
})
