import type { Meta } from './meta.ts'
import type { DroppedIndexes, RawDoc } from './steps.ts'

/** A document as it is stored, and its place in the order of its collection, which no change moves. */
export interface RawEntry {
  readonly at: string
  readonly doc: RawDoc
}

/** One batch of a rewrite. */
export interface Rewritten {
  readonly count: number
  /** The place of the last document; null: there was none. */
  readonly last: string | null
}

/**
 * A store below its schema, for one migration with no core beside it: documents of any format.
 *
 * Faults are a `StoreError`, as those of a `Store`. Nothing is retried: a migration that failed is run again.
 */
export interface RawStore {
  /** What an operator knows it by. */
  readonly name: string
  /** Its format, and how far a migration has come; null: there is nothing of Holdfast in it yet. */
  readMeta(): Promise<Meta | null>
  /** How many documents a collection has; one that is not there has none. */
  count(collection: string): Promise<number>
  /** The next documents after a place (null: from the beginning), in an order that stays. */
  page(collection: string, after: string | null, limit: number): Promise<readonly RawEntry[]>
  /** Makes the collections that are missing, and removes these indexes where they are. May be repeated. */
  prepare(dropped: DroppedIndexes): Promise<void>
  /**
   * Gives the next documents after a place to `change` and writes what it makes of them (null: the document goes), and
   * then what the store says of itself: one transaction, so that nothing can come between.
   *
   * @param meta what the store shall say when the batch is done, by the place of its last document.
   * @param before what it must still say (null: nothing).
   * @throws StoreError `unavailable` when it says something else: another migration is under way.
   */
  rewrite(
    batch: { readonly collection: string; readonly after: string | null; readonly limit: number },
    change: (doc: RawDoc) => RawDoc | null,
    meta: (last: string | null) => Meta,
    before: Meta | null,
  ): Promise<Rewritten>
  /** Has the store say this of itself, under the same condition. */
  say(meta: Meta, before: Meta | null): Promise<void>
  /** Makes the indexes that are missing. May be repeated. */
  finish(): Promise<void>
  /** Copies all of it beside itself, under a name of this kind, and says where; null: that is the operator's to do. */
  copyBeside(name: string): Promise<string | null>
  close(): Promise<void>
}
