import type { Term } from '@holdfast/core/src/store/filters.ts'
import { type CollectionName, collectionNames } from '@holdfast/core/src/store/schema.ts'
import { type Doc, duplicate, keyOf, matches, uniques } from './docs.ts'

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

/** What one transaction sees, has written, and keeps from others. */
export interface Transaction {
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

/** Snapshots, locks and commits: what statements and transactions are made of. */
export interface Engine {
  begin(): Transaction
  commit(tx: Transaction): void
  /** Lets go of what it has locked. */
  leave(tx: Transaction): void
  write(tx: Transaction, collection: CollectionName, before: Doc | undefined, after: Doc | undefined): void
  found(tx: Transaction | null, collection: CollectionName, terms: readonly Term[]): Doc[]
  /** The document of a key, if it is there. */
  at(tx: Transaction | null, collection: CollectionName, key: string): Doc[]
  /** What is committed now. */
  docs(collection: CollectionName): Doc[]
  /** Ends when nobody keeps that name from others. */
  whenFree(name: string): Promise<void>
}

/** An engine with nothing in it. `onCommit` hears of every commit at its moment. */
export function createEngine(onCommit: (written: readonly Written[]) => void): Engine {
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
    const had = before ? uniques(collection, before) : []
    for (const { name } of had) lock(tx, name)
    for (const { name, index } of after ? uniques(collection, after) : []) {
      lock(tx, name)
      // What was its own already is nobody else's.
      if (had.some((one) => one.name === name)) continue
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

  return {
    ...{ begin, commit, leave, write, found, at },
    docs: (name) => [...data[name].values()],
    whenFree: (name) => lockedBy.get(name)?.ended ?? Promise.resolve(),
  }
}
