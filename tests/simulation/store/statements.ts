import { changeOf, documentRead, documentToWrite, fieldOf } from '@holdfast/core/src/store/documents.ts'
import { assertLimit, assertSkip, keyTermsOf, type Term, termsOf } from '@holdfast/core/src/store/filters.ts'
import { type CollectionName, schema } from '@holdfast/core/src/store/schema.ts'
import type { Statements } from '@holdfast/core/src/store/store.ts'
import { compare, type Doc, duplicate, keyOf, matches } from './docs.ts'
import type { Engine, Transaction } from './engine.ts'

/** Runs one statement now: in a transaction, or as one of its own. */
export type Execute = <Result>(run: (tx: Transaction) => Result) => Promise<Result>
/** Reads now: what is committed, or what a transaction sees. */
export type Look = <Result>(run: (tx: Transaction | null) => Result) => Promise<Result>

/** Every statement of the store's port, on an engine. */
export function statementsOn(engine: Engine, look: Look, execute: Execute): Statements {
  const read = <Name extends CollectionName>(name: Name, docs: readonly Doc[]) =>
    docs.map((doc) => documentRead(name, structuredClone(doc)))
  const put = (tx: Transaction, name: CollectionName, doc: Doc, when: readonly Term[] | null) => {
    const before = tx.data[name].get(keyOf(name, doc))
    if (before && !when?.every((term) => matches(before, term))) throw duplicate(name, 'primary')
    engine.write(tx, name, before, doc)
  }
  return {
    get: (appId, name, key) =>
      look((tx) => {
        keyTermsOf(appId, name, key)
        return read(name, engine.at(tx, name, keyOf(name, { ...key, appId })))[0] ?? null
      }),
    find: (scope, name, filter, { limit, skip = 0, orderBy, order }) =>
      look((tx) => {
        assertLimit(limit)
        assertSkip(skip)
        if (orderBy !== undefined) fieldOf(name, orderBy)
        const docs = engine.found(tx, name, termsOf(scope, name, filter))
        const by: readonly string[] = orderBy === undefined ? schema[name].key : [orderBy]
        const turn = order === 'descending' ? -1 : 1
        docs.sort((a, b) => turn * (by.map((field) => compare(a[field], b[field])).find(Boolean) ?? 0))
        return read(name, docs.slice(skip, skip + limit))
      }),
    count: (scope, name, filter) => look((tx) => engine.found(tx, name, termsOf(scope, name, filter)).length),
    total: (scope, name, filter, { by, sum, limit }) =>
      look((tx) => {
        assertLimit(limit)
        for (const field of sum === undefined ? by : [...by, sum]) fieldOf(name, field)
        const groups = Map.groupBy(engine.found(tx, name, termsOf(scope, name, filter)), (doc) =>
          JSON.stringify(by.map((field) => doc[field])),
        )
        const totals = [...groups.values()].map((docs) => ({
          group: Object.fromEntries(by.map((field) => [field, docs[0]?.[field]])) as never,
          count: docs.length,
          sum: sum === undefined ? 0 : docs.reduce((all, doc) => all + Number(doc[sum]), 0),
        }))
        const order = (a: (typeof totals)[number], b: (typeof totals)[number]) =>
          b.count - a.count || (by.map((field) => compare(a.group[field], b.group[field])).find(Boolean) ?? 0)
        return totals.sort(order).slice(0, limit)
      }),
    insert: (appId, name, given) =>
      execute((tx) => {
        const docs = (Array.isArray(given) ? given : [given]).map((doc) => documentToWrite(appId, name, doc))
        for (const doc of docs) put(tx, name, structuredClone(doc), null)
      }),
    updateIf: (appId, name, filter, change) =>
      execute((tx) => {
        const terms = termsOf(appId, name, filter)
        const { set, inc } = changeOf(name, change)
        const docs = engine.found(tx, name, terms)
        for (const doc of docs) {
          const changed: Record<string, unknown> = { ...doc }
          for (const { field, value } of set) changed[field] = structuredClone(value)
          for (const { field, by } of inc) changed[field] = Number(doc[field]) + by
          engine.write(tx, name, doc, changed)
        }
        return docs.length
      }),
    putIf: (appId, name, doc, when) =>
      execute((tx) =>
        put(tx, name, structuredClone(documentToWrite(appId, name, doc)), termsOf(appId, name, when)),
      ),
    delete: (appId, name, filter) =>
      execute((tx) => {
        const docs = engine.found(tx, name, termsOf(appId, name, filter))
        for (const doc of docs) engine.write(tx, name, doc, undefined)
        return docs.length
      }),
  }
}
