import { ServerError } from './errors.ts'
import { valueAt, valuesWanted } from './query.ts'
import type { Transaction } from './storage.ts'
import { type Doc, keyOf, shown } from './values.ts'

/** One document through time: what was committed when, and what an open transaction wrote. */
export interface Row {
  readonly versions: { readonly at: number; readonly doc: Doc | null }[]
  pending?: { readonly by: Transaction; readonly doc: Doc | null }
  /** The sets of indexes that it stands in. */
  readonly links: Set<Set<Row>>
}

/** What `createIndexes` was told of an index. */
export interface IndexSpec {
  readonly name: string
  readonly key: Readonly<Record<string, 1 | -1>>
  readonly unique?: boolean | undefined
  readonly expireAfterSeconds?: number | undefined
}

/** Finds rows by the first fields of its key, or by all; a row may stand in it by an older version. */
export interface Index {
  readonly spec: IndexSpec
  readonly unique: boolean
  /** All fields of the key, as one text. */
  keyOf(doc: Doc): string
  rowsWith(key: string): readonly Row[]
  /** Sets of rows that hold every document which can match, if the filter fixes the first field. */
  candidates(filter: Doc): readonly ReadonlySet<Row>[] | undefined
  add(row: Row, doc: Doc): void
  duplicate(doc: Doc): ServerError
}

const nothing: ReadonlySet<Row> = new Set()

/** Beyond this a scan is as good. */
const lookupsMax = 1_000

function createIndex(namespace: string, spec: IndexSpec): Index {
  const fields = Object.keys(spec.key)
  /** By each beginning of the key, the whole included. */
  const byPrefix = new Map<string, Set<Row>>()
  const partsOf = (doc: Doc): string[] => fields.map((field) => keyOf(valueAt(doc, field)))

  const prefixesWanted = (filter: Doc): readonly string[] | undefined => {
    let prefixes: readonly string[] | undefined
    for (const field of fields) {
      const values = valuesWanted(filter, field)
      if (values === undefined || (prefixes?.length ?? 1) * values.length > lookupsMax) break
      const parts = values.map(keyOf)
      prefixes = prefixes?.flatMap((prefix) => parts.map((part) => `${prefix},${part}`)) ?? parts
    }
    return prefixes
  }

  return {
    spec,
    unique: spec.unique === true || spec.name === '_id_',
    keyOf: (doc) => partsOf(doc).join(),
    rowsWith: (key) => [...(byPrefix.get(key) ?? nothing)],
    candidates: (filter) => prefixesWanted(filter)?.map((prefix) => byPrefix.get(prefix) ?? nothing),
    add: (row, doc) => {
      const parts = partsOf(doc)
      for (const at of parts.keys()) {
        const prefix = parts.slice(0, at + 1).join()
        const rows = byPrefix.get(prefix) ?? new Set()
        byPrefix.set(prefix, rows.add(row))
        row.links.add(rows)
      }
    },
    /** manual/core/index-unique; the text is that of mongo/src/mongo/db/storage/duplicate_key_error_info.cpp. */
    duplicate: (doc) => {
      const keyValue = Object.fromEntries(fields.map((field) => [field, valueAt(doc, field) ?? null]))
      const text = `E11000 duplicate key error collection: ${namespace} index: ${spec.name} dup key: ${shown(keyValue)}`
      return new ServerError('DuplicateKey', text, { keyPattern: spec.key, keyValue })
    },
  }
}

/** The documents of one namespace and its indexes. */
export interface Collection {
  readonly namespace: string
  readonly rows: ReadonlySet<Row>
  readonly indexes: readonly Index[]
  link(row: Row, doc: Doc): void
  unlink(row: Row): void
  /** A new index that holds nothing yet. */
  buildIndex(spec: IndexSpec): Index
  addIndex(index: Index): void
  /** Says whether it was there. */
  removeIndex(name: string): boolean
  /** Sets of rows that hold every document which can match. */
  candidates(filter: Doc): readonly ReadonlySet<Row>[]
}

/** A collection with the one index that every collection has (manual/indexes, "Default Index"). */
export function createCollection(namespace: string): Collection {
  const rows = new Set<Row>()
  const indexes = [createIndex(namespace, { name: '_id_', key: { _id: 1 } })]
  return {
    namespace,
    rows,
    indexes,
    link: (row, doc) => {
      rows.add(row)
      for (const index of indexes) index.add(row, doc)
    },
    unlink: (row) => {
      rows.delete(row)
      for (const set of row.links) set.delete(row)
      row.links.clear()
    },
    buildIndex: (spec) => createIndex(namespace, spec),
    addIndex: (index) => {
      indexes.push(index)
    },
    removeIndex: (name) => {
      const at = indexes.findIndex(({ spec }) => spec.name === name)
      if (at > 0) indexes.splice(at, 1)
      return at > 0
    },
    candidates: (filter) => {
      let best: readonly ReadonlySet<Row>[] = [rows]
      const sizeOf = (sets: readonly ReadonlySet<Row>[]) => sets.reduce((sum, { size }) => sum + size, 0)
      for (const index of indexes) {
        const found = index.candidates(filter)
        if (found !== undefined && sizeOf(found) < sizeOf(best)) best = found
      }
      return best
    },
  }
}

/** Each row of the sets once; a copy, because writing changes the sets. */
export const inUnion = (sets: readonly ReadonlySet<Row>[]): ReadonlySet<Row> =>
  new Set(sets.flatMap((set) => [...set]))
