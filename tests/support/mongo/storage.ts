import { type Collection, createCollection, inUnion, type Row } from './collection.ts'
import { ServerError } from './errors.ts'
import type { Doc } from './values.ts'

/** A set of writes on one snapshot; a single write outside a transaction has one of its own. */
export interface Transaction {
  /** The last commit that it sees. */
  readonly snapshot: number
  /** What it wrote, and where. */
  readonly rows: Map<Row, Collection>
  /** Resolves when it is committed or aborted. */
  readonly ended: Promise<void>
  readonly end: () => void
}

/** The error of a write that meets another's; `blocker` is the open transaction, if it is still open. */
export class WriteConflict extends ServerError {
  readonly blocker: Transaction | undefined

  constructor(blocker?: Transaction) {
    super(
      'WriteConflict',
      'Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.',
    )
    this.blocker = blocker
  }
}

const newest = (row: Row) => row.versions.at(-1) ?? { at: 0, doc: null }

/** The document of a row as a transaction sees it: its own write, or the last commit before its snapshot. */
export function seenBy(transaction: Transaction, row: Row): Doc | null {
  if (row.pending?.by === transaction) return row.pending.doc
  return row.versions.findLast(({ at }) => at <= transaction.snapshot)?.doc ?? null
}

/**
 * A unique index refuses a value that another document has. When only a concurrent transaction gave or took it,
 * that is a write conflict (mongo/jstests/core/txns/transactions_write_conflicts_unique_indexes.js).
 */
function assertUnique(transaction: Transaction, collection: Collection, row: Row, doc: Doc): void {
  for (const index of collection.indexes) {
    if (!index.unique) continue
    const key = index.keyOf(doc)
    const has = (other: Doc | null): boolean => other !== null && index.keyOf(other) === key
    for (const rival of index.rowsWith(key)) {
      if (rival === row) continue
      const { pending } = rival
      const committed = has(newest(rival).doc)
      if (pending !== undefined && pending.by !== transaction && has(pending.doc) !== committed) {
        throw new WriteConflict(pending.by)
      }
      const seen = seenBy(transaction, rival)
      if (pending?.by !== transaction && has(seen) !== committed) throw new WriteConflict()
      if (has(seen)) throw index.duplicate(doc)
    }
  }
}

/** The data: every document with its versions, and the open transactions. */
export interface Storage {
  readonly collections: Map<string, Collection>
  /** The collection, made when it is missing (manual/core/databases-and-collections, "Create a Collection"). */
  collection(namespace: string): Collection
  begin(): Transaction
  /**
   * Writes a document (null deletes it), to be seen by others at the commit.
   * @throws WriteConflict when another open transaction has written it, or one that ended after the snapshot
   *   (manual/core/transactions-production-consideration, "In-progress Transactions and Write Conflicts").
   */
  write(transaction: Transaction, collection: Collection, row: Row | null, doc: Doc | null): void
  commit(transaction: Transaction): void
  abort(transaction: Transaction): void
}

/** Empty storage. */
export function createStorage(): Storage {
  let commits = 0
  const open = new Set<Transaction>()
  const collections = new Map<string, Collection>()
  /** Rows with versions that only an open transaction needs. */
  const crowded = new Map<Row, Collection>()

  /** Forgets the versions that no open transaction can see. */
  const tidy = (row: Row, collection: Collection): void => {
    const oldest = Math.min(commits, ...[...open].map(({ snapshot }) => snapshot))
    const first = row.versions.findLastIndex(({ at }) => at <= oldest)
    if (first > 0) row.versions.splice(0, first)
    if (row.versions.length > 1) crowded.set(row, collection)
    if (row.pending !== undefined || row.versions.length > 1) return
    collection.unlink(row)
    const { doc } = newest(row)
    if (doc !== null) collection.link(row, doc)
  }

  const close = (transaction: Transaction, settle: (row: Row) => void): void => {
    if (!open.delete(transaction)) return
    for (const [row, collection] of transaction.rows) {
      settle(row)
      delete row.pending
      tidy(row, collection)
    }
    if (open.size === 0) {
      const rows = [...crowded]
      crowded.clear()
      for (const [row, collection] of rows) tidy(row, collection)
    }
    transaction.end()
  }

  return {
    collections,

    collection: (namespace) => {
      const made = collections.get(namespace) ?? createCollection(namespace)
      collections.set(namespace, made)
      return made
    },

    begin: () => {
      const { promise: ended, resolve: end } = Promise.withResolvers<void>()
      const transaction = { snapshot: commits, rows: new Map<Row, Collection>(), ended, end }
      open.add(transaction)
      return transaction
    },

    write: (transaction, collection, existing, doc) => {
      if (!open.has(transaction)) throw new Error('a write after the end of its transaction')
      const row = existing ?? { versions: [], links: new Set() }
      if (row.pending !== undefined && row.pending.by !== transaction) throw new WriteConflict(row.pending.by)
      if (row.pending === undefined && newest(row).at > transaction.snapshot) throw new WriteConflict()
      if (doc !== null) {
        assertUnique(transaction, collection, row, doc)
        collection.link(row, doc)
      }
      row.pending = { by: transaction, doc }
      transaction.rows.set(row, collection)
    },

    commit: (transaction) => {
      if (transaction.rows.size > 0) commits += 1
      close(transaction, (row) => {
        if (row.pending !== undefined) row.versions.push({ at: commits, doc: row.pending.doc })
      })
    },

    abort: (transaction) => close(transaction, () => {}),
  }
}

/** The rows that a transaction sees to match, with their documents, in no order that a caller may rely on. */
export function* matching(
  transaction: Transaction,
  collection: Collection,
  filter: Doc,
  matches: (doc: Doc) => boolean,
): Generator<{ row: Row; doc: Doc }> {
  for (const row of inUnion(collection.candidates(filter))) {
    const doc = seenBy(transaction, row)
    if (doc !== null && matches(doc)) yield { row, doc }
  }
}
