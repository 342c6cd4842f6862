import { type Budget, type Clock, startBudget } from '@holdfast/core/src/store/budget.ts'
import {
  changeOf,
  documentRead,
  documentToWrite,
  entryRead,
  fieldOf,
} from '@holdfast/core/src/store/documents.ts'
import { assertLimit, keyTermsOf, type Term, termsOf } from '@holdfast/core/src/store/filters.ts'
import { type CollectionName, collectionNames, schema } from '@holdfast/core/src/store/schema.ts'
import { type Scalar, type Statements, type Store, StoreError } from '@holdfast/core/src/store/store.ts'
import { createTurns } from '@holdfast/core/src/store/turns.ts'

export type Doc = Readonly<Record<string, unknown>>
type Docs = ReadonlyMap<string, Doc>
type Data = Readonly<Record<CollectionName, Docs>>

/** A document that a commit wrote, as it was before and is now. */
export interface Written {
  readonly collection: CollectionName
  readonly before: Doc | undefined
  readonly after: Doc | undefined
}

/** Another transaction was faster: as in MongoDB the body runs again, on a new snapshot. */
export class WriteConflict extends Error {}

/** A store in memory with MongoDB's way with transactions. */
export interface MemoryStore extends Store {
  /** What is committed now, read without a word to anybody. */
  docs(collection: CollectionName): Doc[]
}

interface Transaction {
  /** What it sees: everything that was committed when it began, and what it wrote. */
  readonly data: Record<CollectionName, Docs>
  readonly own: Map<CollectionName, Map<string, Doc>>
  readonly beganAt: number
  /** The names that nobody else may write: keys of documents, and values of unique indexes. */
  readonly locks: Set<string>
  readonly written: Map<string, Written>
  readonly ended: Promise<void>
  readonly end: () => void
}

const comparable = (value: unknown): string | number | boolean | null =>
  value instanceof Date ? value.getTime() : (value as string | number | boolean | null)
const keyOf = (collection: CollectionName, doc: Doc): string =>
  schema[collection].key.map((field) => String(doc[field])).join(' ')

function matches(doc: Doc, term: Term): boolean {
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

const compare = (a: unknown, b: unknown): number => {
  const [x, y] = [comparable(a as Scalar), comparable(b as Scalar)]
  if (x === y) return 0
  if (x === null) return -1
  return y !== null && x > y ? 1 : -1
}

const duplicate = (collection: CollectionName, index: string) =>
  new StoreError('duplicate', `${collection} has that value in ${index} already`, {
    duplicate: { collection, index },
  })

/** The unique values of a document, by index. */
const uniques = (collection: CollectionName, doc: Doc): { index: string; name: string }[] =>
  Object.entries(schema[collection].indexes).flatMap(([index, { fields, unique }]) =>
    unique
      ? [{ index, name: `${collection}/${index} ${fields.map((field: string) => doc[field]).join(' ')}` }]
      : [],
  )

/** How long a single statement waits for transactions in its way. */
const statementMs = 5_000

/** `onCommit` hears of every commit at its moment, single writes too. */
export function createMemoryStore(
  clock: Clock,
  onCommit: (written: readonly Written[]) => void = () => {},
): MemoryStore {
  let data: Data = Object.fromEntries(collectionNames.map((name) => [name, new Map()])) as never
  let commits = 0
  /** At which commit a name was written last. */
  const writtenAt = new Map<string, number>()
  const lockedBy = new Map<string, Transaction>()

  const begin = (): Transaction => {
    const { promise, resolve } = Promise.withResolvers<void>()
    return {
      data: { ...data },
      own: new Map(),
      beganAt: commits,
      locks: new Set(),
      written: new Map(),
      ended: promise,
      end: resolve,
    }
  }
  const leave = (tx: Transaction): void => {
    for (const name of tx.locks) lockedBy.delete(name)
    tx.end()
  }
  const commit = (tx: Transaction): void => {
    if (tx.written.size > 0) {
      commits += 1
      const next: Record<string, Map<string, Doc>> = {}
      for (const [key, { collection, after }] of tx.written) {
        const docs = next[collection] ?? new Map(data[collection])
        next[collection] = docs
        if (after) docs.set(key.slice(collection.length + 1), after)
        else docs.delete(key.slice(collection.length + 1))
      }
      data = { ...data, ...next }
      for (const name of tx.locks) writtenAt.set(name, commits)
      onCommit([...tx.written.values()])
    }
    leave(tx)
  }
  const lock = (tx: Transaction, name: string): void => {
    const owner = lockedBy.get(name)
    if ((owner && owner !== tx) || (writtenAt.get(name) ?? 0) > tx.beganAt) throw new WriteConflict(name)
    lockedBy.set(name, tx)
    tx.locks.add(name)
  }
  /** The documents of a collection as the transaction may change them: a copy of its own, from the first write on. */
  const ownDocs = (tx: Transaction, collection: CollectionName): Map<string, Doc> => {
    const own = tx.own.get(collection) ?? new Map(tx.data[collection])
    tx.own.set(collection, own)
    tx.data[collection] = own
    return own
  }
  const write = (
    tx: Transaction,
    collection: CollectionName,
    before: Doc | undefined,
    after: Doc | undefined,
  ) => {
    const doc = after ?? before
    if (!doc) return
    const key = keyOf(collection, doc)
    lock(tx, `${collection} ${key}`)
    for (const { name } of before ? uniques(collection, before) : []) lock(tx, name)
    for (const { name, index } of after ? uniques(collection, after) : []) {
      lock(tx, name)
      for (const [other, there] of tx.data[collection]) {
        const taken = other !== key && uniques(collection, there).some((one) => one.name === name)
        if (taken) throw duplicate(collection, index)
      }
    }
    const docs = ownDocs(tx, collection)
    if (after) docs.set(key, after)
    else docs.delete(key)
    const first = tx.written.get(`${collection} ${key}`)
    tx.written.set(`${collection} ${key}`, { collection, before: first ? first.before : before, after })
  }
  const found = (tx: Transaction | null, collection: CollectionName, terms: readonly Term[]): Doc[] =>
    [...(tx?.data ?? data)[collection].values()].filter((doc) => terms.every((term) => matches(doc, term)))

  const at = (tx: Transaction | null, collection: CollectionName, key: string): Doc[] =>
    [(tx?.data ?? data)[collection].get(key)].filter((doc) => doc !== undefined)

  return storeOn(
    { clock, begin, commit, leave, write, found, at, docs: (name) => [...data[name].values()] },
    lockedBy,
  )
}

interface Engine {
  readonly clock: Clock
  begin(): Transaction
  commit(tx: Transaction): void
  leave(tx: Transaction): void
  write(tx: Transaction, collection: CollectionName, before: Doc | undefined, after: Doc | undefined): void
  found(tx: Transaction | null, collection: CollectionName, terms: readonly Term[]): Doc[]
  /** The document of a key, if it is there. */
  at(tx: Transaction | null, collection: CollectionName, key: string): Doc[]
  docs(collection: CollectionName): Doc[]
}

/** Runs one statement now: in a transaction, or as one of its own. */
type Execute = <Result>(run: (tx: Transaction) => Result) => Promise<Result>
type Look = <Result>(run: (tx: Transaction | null) => Result) => Promise<Result>

function statementsOn(engine: Engine, look: Look, execute: Execute): Statements {
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
    find: (scope, name, filter, { limit, orderBy, order }) =>
      look((tx) => {
        assertLimit(limit)
        if (orderBy !== undefined) fieldOf(name, orderBy)
        const docs = engine.found(tx, name, termsOf(scope, name, filter))
        const by: readonly string[] = orderBy === undefined ? schema[name].key : [orderBy]
        const turn = order === 'descending' ? -1 : 1
        docs.sort((a, b) => turn * (by.map((field) => compare(a[field], b[field])).find(Boolean) ?? 0))
        return read(name, docs.slice(0, limit))
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

function storeOn(engine: Engine, lockedBy: ReadonlyMap<string, Transaction>): MemoryStore {
  let isClosed = false
  const within = async <Result>(
    budgetMs: number,
    run: (budget: Budget) => Promise<Result>,
  ): Promise<Result> => {
    if (isClosed) throw new StoreError('unavailable', 'the store is closed')
    const budget = startBudget(engine.clock, budgetMs)
    try {
      budget.check()
      return await run(budget)
    } finally {
      budget.end()
    }
  }
  /** Waits for whoever is in the way; when nobody is any more, the next attempt sees what they did. */
  const wayOf = (conflict: WriteConflict, budget: Budget): Promise<void> =>
    Promise.race([lockedBy.get(conflict.message)?.ended ?? Promise.resolve(), budget.over])

  /** Who met another comes again one at a time, so that all get through. */
  const turns = createTurns()
  /** Runs until nothing conflicts with it. */
  const again = async <Result>(budget: Budget, attempt: () => Promise<Result>): Promise<Result> => {
    let leave = () => {}
    try {
      for (let isFirst = true; ; isFirst = false) {
        try {
          return await attempt()
        } catch (error) {
          if (!(error instanceof WriteConflict)) throw error
          if (isFirst) leave = await turns.enter(budget.over)
          await wayOf(error, budget)
          budget.check()
        }
      }
    } finally {
      leave()
    }
  }

  const single: Execute = (run) =>
    within(statementMs, (budget) =>
      again(budget, async () => {
        const tx = engine.begin()
        try {
          const result = run(tx)
          engine.commit(tx)
          return result
        } finally {
          engine.leave(tx)
        }
      }),
    )
  const look: Look = (run) => within(statementMs, async () => run(null))

  const attempt = async <Result>(
    budget: Budget,
    work: (tx: Statements) => Promise<Result>,
  ): Promise<Result> => {
    const tx = engine.begin()
    let isOver = false
    let failure: { readonly error: unknown } | undefined
    const execute: Execute = async (run) => {
      if (isOver) throw new TypeError('this transaction is over, its statements are of no use any more')
      if (failure) throw failure.error
      try {
        return run(tx)
      } catch (error) {
        failure = { error }
        throw error
      }
    }
    try {
      const result = await Promise.race([work(statementsOn(engine, execute, execute)), budget.over])
      if (failure) throw failure.error
      budget.check()
      engine.commit(tx)
      return result
    } catch (error) {
      throw failure?.error instanceof WriteConflict ? failure.error : error
    } finally {
      isOver = true
      engine.leave(tx)
    }
  }

  return {
    ...statementsOn(engine, look, single),
    docs: engine.docs,
    transaction: (budgetMs, work) => within(budgetMs, (budget) => again(budget, () => attempt(budget, work))),
    purgeExpired: (now) =>
      single((tx) => {
        const old = collectionNames.flatMap((name) => {
          const { expires } = schema[name]
          const isOld = (doc: Doc) => expires !== undefined && (doc[expires] as Date | null) !== null
          return engine
            .found(tx, name, [])
            .filter((doc) => isOld(doc) && (doc[String(expires)] as Date).getTime() <= now.getTime())
            .map((doc) => ({ name, doc }))
        })
        for (const { name, doc } of old) engine.write(tx, name, doc, undefined)
        return old.length
      }),
    async *snapshot() {
      const tx = engine.begin()
      for (const name of collectionNames) {
        const docs = engine.found(tx, name, [])
        docs.sort((a, b) => schema[name].key.map((field) => compare(a[field], b[field])).find(Boolean) ?? 0)
        for (const doc of docs) yield entryRead(name, structuredClone(doc))
      }
    },
    async close() {
      isClosed = true
    },
  }
}
