import type { Meta } from './meta.ts'
import type { DroppedIndexes, RawDoc } from './steps.ts'

/** A document as it is stored, and its place in the order of its collection, which no change moves. */
export interface RawEntry {
  readonly at: string
  readonly doc: RawDoc
}

/** What becomes of the document at a place; null: it goes. */
export interface RawChange {
  readonly at: string
  readonly doc: RawDoc | null
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
   * Writes the changes of one collection and the meta document: all or none.
   *
   * @param before what the meta document must still say (null: there must be none).
   * @throws StoreError `unavailable` when it says something else: another migration is under way.
   */
  write(collection: string, changes: readonly RawChange[], meta: Meta, before: Meta | null): Promise<void>
  /** Makes the indexes that are missing. May be repeated. */
  finish(): Promise<void>
  /** Copies all of it beside itself and says where; null: that is the operator's to do. */
  copyBeside(name: string): Promise<string | null>
  close(): Promise<void>
}
