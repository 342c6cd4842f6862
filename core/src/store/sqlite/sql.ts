import type { SQLInputValue } from 'node:sqlite'
import type { CheckedChange } from '../documents.ts'
import type { RangeTest, Term } from '../filters.ts'
import { type CollectionName, schema } from '../schema.ts'
import type { Scalar } from '../store.ts'

/** A statement and what is bound to its question marks. Only names from the schema are ever part of the text. */
export interface Sql {
  readonly text: string
  readonly params: readonly SQLInputValue[]
}

/** A field of the document. The indexes are made of this very expression, or SQLite would not use them. */
export const field = (name: string): string => `doc ->> '${name}'`

/** The fields of an index, or of the primary key as the target of a conflict. */
export const fields = (names: readonly string[]): string => names.map(field).join(', ')

const operators: Readonly<Record<'eq' | RangeTest, string>> = {
  eq: '=',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
}

function bound(value: Scalar): SQLInputValue {
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'boolean' ? Number(value) : value
}

function condition(term: Term): Sql {
  if (term.test === 'in') {
    const listed = `${field(term.field)} IN (SELECT value FROM json_each(?))`
    const text = term.values.includes(null) ? `(${listed} OR ${field(term.field)} IS NULL)` : listed
    return { text, params: [JSON.stringify(term.values)] }
  }
  if (term.value === null) return { text: `${field(term.field)} IS NULL`, params: [] }
  return { text: `${field(term.field)} ${operators[term.test]} ?`, params: [bound(term.value)] }
}

function where(terms: readonly Term[]): Sql {
  const conditions = terms.map(condition)
  return {
    text: `WHERE ${conditions.map(({ text }) => text).join(' AND ') || 'true'}`,
    params: conditions.flatMap(({ params }) => params),
  }
}

/** The primary key has the first word on a conflict, which SQLite otherwise leaves to the order of the indexes. */
const onConflict = (name: CollectionName): string => `ON CONFLICT (${fields(schema[name].key)}) DO`

/** Writes fewer rows than documents when a primary key is there already; then the statement has failed. */
export const insertSql = (name: CollectionName, docs: readonly unknown[]): Sql => ({
  text: `INSERT INTO "${name}" (doc) SELECT value FROM json_each(?) WHERE true ${onConflict(name)} NOTHING`,
  params: [JSON.stringify(docs)],
})

/** What `find` asks for beside the conditions. */
export interface Order {
  readonly limit: number
  readonly skip?: number
  readonly orderBy?: string
  readonly order?: 'ascending' | 'descending'
}

/** Fields that are equal anyway are left out of the order: SQLite takes the index for both only then. */
function orderOf(name: CollectionName, terms: readonly Term[], { orderBy, order }: Order): string {
  const direction = order === 'descending' ? 'DESC' : 'ASC'
  const pinned = new Set(terms.filter(({ test }) => test === 'eq').map((term) => term.field))
  const wanted = orderBy === undefined ? schema[name].key : [orderBy]
  const open = wanted.filter((one) => !pinned.has(one))
  return open.length === 0 ? '' : `ORDER BY ${open.map((one) => `${field(one)} ${direction}`).join(', ')}`
}

export function findSql(name: CollectionName, terms: readonly Term[], order: Order): Sql {
  const { text, params } = where(terms)
  return {
    text: `SELECT doc FROM "${name}" ${text} ${orderOf(name, terms, order)} LIMIT ? OFFSET ?`,
    params: [...params, order.limit, order.skip ?? 0],
  }
}

/** Every document, by primary key. */
export const allSql = (name: CollectionName): Sql => ({
  text: `SELECT doc FROM "${name}" ORDER BY ${fields(schema[name].key)}`,
  params: [],
})

export function countSql(name: CollectionName, terms: readonly Term[]): Sql {
  const { text, params } = where(terms)
  return { text: `SELECT count(*) FROM "${name}" ${text}`, params }
}

/** Each row is one list: the values of the fields, the count, the sum. */
export function totalSql(
  name: CollectionName,
  terms: readonly Term[],
  {
    by,
    sum,
    limit,
  }: { readonly by: readonly string[]; readonly sum: string | undefined; readonly limit: number },
): Sql {
  const { text, params } = where(terms)
  const told = [...by.map(field), 'count(*)', sum === undefined ? '0' : `sum(${field(sum)})`]
  const order = ['count(*) DESC', ...by.map(field)]
  // Without a field to group by there is a row of nothing, which is no total.
  const groups = by.length > 0 ? `GROUP BY ${by.map(field).join(', ')}` : 'HAVING count(*) > 0'
  return {
    text: `SELECT json_array(${told.join(', ')}) FROM "${name}" ${text} ${groups} ORDER BY ${order.join(', ')} LIMIT ?`,
    params: [...params, limit],
  }
}

export function updateSql(name: CollectionName, terms: readonly Term[], { set, inc }: CheckedChange): Sql {
  const { text, params } = where(terms)
  const values = [
    ...set.map((one) => `'$.${one.field}', json(?)`),
    ...inc.map((one) => `'$.${one.field}', ${field(one.field)} + ?`),
  ]
  return {
    text: `UPDATE "${name}" SET doc = json_set(doc, ${values.join(', ')}) ${text}`,
    params: [
      ...set.map(({ value }) => JSON.stringify(value)),
      // Bound as a number it would be a float, and the sum too.
      ...inc.map(({ by }) => BigInt(by)),
      ...params,
    ],
  }
}

/** Writes no row when the key is there and its document does not match; then the statement has failed. */
export function putSql(name: CollectionName, doc: unknown, when: readonly Term[]): Sql {
  const { text, params } = where(when)
  return {
    text: `INSERT INTO "${name}" (doc) VALUES (?) ${onConflict(name)} UPDATE SET doc = excluded.doc ${text}`,
    params: [JSON.stringify(doc), ...params],
  }
}

export function deleteSql(name: CollectionName, terms: readonly Term[]): Sql {
  const { text, params } = where(terms)
  return { text: `DELETE FROM "${name}" ${text}`, params }
}

/** Deletes at most `limit` documents whose time is over, so that no other writer waits long. */
export const purgeSql = (name: CollectionName, expires: string, now: Date, limit: number): Sql => ({
  text: `DELETE FROM "${name}" WHERE rowid IN
         (SELECT rowid FROM "${name}" WHERE ${field(expires)} <= ? LIMIT ?)`,
  params: [now.toISOString(), limit],
})
