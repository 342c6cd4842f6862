import type { ClientSession } from 'mongodb'
import type { CollectionName } from '../schema.ts'

/** A document as the driver takes and gives it. */
export type Raw = Record<string, unknown>

/** What every command says: the session that it is part of, and how long the server may work on it. */
export interface Bounds {
  readonly session: ClientSession
  readonly maxTimeMS: number
}

interface Matched {
  readonly matchedCount: number
}
interface Deleted {
  readonly deletedCount: number
}
interface Reading extends Bounds {
  readonly projection: Raw
  readonly limit: number
  readonly batchSize: number
  readonly sort?: Readonly<Record<string, 1 | -1>>
}

/**
 * The driver's collection, as statements use it. The driver's own type lets a command leave its session out, and
 * then it runs beside the transaction; this one does not.
 */
export interface BoundCollection {
  find(filter: Raw, options: Reading): { toArray(): Promise<Raw[]> }
  countDocuments(filter: Raw, options: Bounds): Promise<number>
  aggregate(pipeline: Raw[], options: Bounds & { readonly batchSize: number }): { toArray(): Promise<Raw[]> }
  insertOne(doc: Raw, options: Bounds): Promise<unknown>
  insertMany(docs: readonly Raw[], options: Bounds & { readonly ordered: true }): Promise<unknown>
  updateOne(filter: Raw, change: Raw, options: Bounds): Promise<Matched>
  updateMany(filter: Raw, change: Raw, options: Bounds): Promise<Matched>
  replaceOne(filter: Raw, doc: Raw, options: Bounds & { readonly upsert: true }): Promise<unknown>
  deleteOne(filter: Raw, options: Bounds): Promise<Deleted>
  deleteMany(filter: Raw, options: Bounds): Promise<Deleted>
}

/** Where one statement runs. */
export interface Scope {
  readonly bounds: Bounds
  collection(name: CollectionName): BoundCollection
}
