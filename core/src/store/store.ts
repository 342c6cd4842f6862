import type { AppId } from '@holdfast/contract'
import type { CollectionName, Documents, KeyField } from './schema.ts'

/** Names the owner of documents that belong to no app: the user pool and the system's own. */
export const poolScope = 'pool' as AppId
export const systemScope = 'system' as AppId

/** Asks a *read* for the documents of every app: background work, key look-up and the admin only. */
export const everyApp = Symbol('every app')
export type ReadScope = AppId | typeof everyApp

/** What filters and orders compare. */
export type Scalar = string | number | boolean | Date | null
type ScalarField<Doc> = {
  [Field in keyof Doc & string]: Doc[Field] extends Scalar ? Field : never
}[keyof Doc & string]

interface Range<Value> {
  readonly gte?: Value
  readonly gt?: Value
  readonly lte?: Value
  readonly lt?: Value
}

type Condition<Value> =
  | Value
  | { readonly in: readonly Value[] }
  | ([Value] extends [string | number | Date | null] ? Range<Exclude<Value, null>> : never)

/**
 * All conditions must hold. A value means equality (`null` included, which is in no range); fields are top-level
 * fields with one value, never lists or objects. Text compares by its UTF-8 bytes.
 */
export type Filter<Doc> = { readonly [Field in ScalarField<Doc>]?: Condition<Doc[Field]> }

/** The whole primary key without `appId`, which is always the first argument. */
export type Key<Name extends CollectionName> = Readonly<
  Pick<Documents[Name], KeyField<Name> & keyof Documents[Name]>
>

/** The fields by which totals can be told apart: text, which every database groups in the same way. */
export type TextField<Doc> = {
  [Field in keyof Doc & string]: Doc[Field] extends string | null ? Field : never
}[keyof Doc & string]

type NumberField<Doc> = { [Field in keyof Doc]: Doc[Field] extends number ? Field : never }[keyof Doc]

/** `set` replaces top-level fields, `inc` adds integers to them; one of them at least, and no field of the key. */
export interface Change<Name extends CollectionName> {
  readonly set?: Partial<Omit<Documents[Name], KeyField<Name> | 'appId'>>
  readonly inc?: { readonly [Field in Exclude<NumberField<Documents[Name]>, KeyField<Name>>]?: number }
}

export interface TotalOptions<Doc, By extends TextField<Doc>> {
  /** One total for each combination of values of these fields; one for all when there is none. */
  readonly by: readonly By[]
  /** Adds up this field, whose values are integers. */
  readonly sum?: NumberField<Doc> & string
  /** How many totals at most: those of the most documents. */
  readonly limit: number
}

/** How many documents have these values, and what their numbers add up to: 0 when nothing is added up. */
export interface Total<Doc, By extends TextField<Doc>> {
  readonly group: Pick<Doc, By>
  readonly count: number
  readonly sum: number
}

export interface FindOptions<Doc> {
  /** How many documents at most; there is no read without a limit. */
  readonly limit: number
  /** How many of the first are passed over; none when absent. The store walks over them, so there must not be many. */
  readonly skip?: number
  /** Documents that are equal in it come in any order. */
  readonly orderBy?: ScalarField<Doc>
  /** `ascending` when absent. */
  readonly order?: 'ascending' | 'descending'
}

/**
 * The statements of the store. Each is atomic on its own; inside `transaction` they are atomic together.
 *
 * `appId` scopes every call: it is part of every filter and of every document written. Documents, and the values
 * of filters and changes, are checked against their schema, documents also when they are read. They are never
 * shared with the store: changing one changes nothing.
 *
 * Faults are a `StoreError`. Nothing is retried by the caller unless its `code` says so. What a program gets wrong
 * (another app's document, a value that does not fit the schema, an unknown field) is a `TypeError`.
 */
export interface Statements {
  /**
   * Inserts one or many documents of one collection, all or none.
   * @throws StoreError `duplicate` with the index, when a unique index or the primary key has the value already;
   *   with `primary` when both have.
   */
  insert<Name extends CollectionName>(
    appId: AppId,
    collection: Name,
    docs: Documents[Name] | readonly Documents[Name][],
  ): Promise<void>

  /** The document with that key, or null. */
  get<Name extends CollectionName>(
    appId: AppId,
    collection: Name,
    key: Key<Name>,
  ): Promise<Documents[Name] | null>

  /** The documents that match, in the order asked for (by primary key when none is). */
  find<Name extends CollectionName>(
    scope: ReadScope,
    collection: Name,
    filter: Filter<Documents[Name]>,
    options: FindOptions<Documents[Name]>,
  ): Promise<Documents[Name][]>

  /** How many documents match. */
  count<Name extends CollectionName>(
    scope: ReadScope,
    collection: Name,
    filter: Filter<Documents[Name]>,
  ): Promise<number>

  /**
   * Counts the documents that match, and adds up one of their numbers, group by group, where they are: the program
   * sees the totals only. Most documents first, then by the fields in their order. Of no documents there is no total.
   *
   * @example total(everyApp, 'bookings', {}, { by: ['currency'], sum: 'total', limit: 200 })
   */
  total<Name extends CollectionName, const By extends TextField<Documents[Name]>>(
    scope: ReadScope,
    collection: Name,
    filter: Filter<Documents[Name]>,
    options: TotalOptions<Documents[Name], By>,
  ): Promise<Total<Documents[Name], By>[]>

  /**
   * Changes every document that matches, in one conditional statement, and says how many there were. This is what
   * decides a race: compare the count with what it must be.
   * @throws StoreError `duplicate` when the change breaks a unique index.
   */
  updateIf<Name extends CollectionName>(
    appId: AppId,
    collection: Name,
    filter: Filter<Documents[Name]>,
    change: Change<Name>,
  ): Promise<number>

  /**
   * Writes the whole document if none has its key, or if the one that has it matches `when`; one statement.
   * @throws StoreError `duplicate` with index `primary` when the key's document does not match `when`.
   */
  putIf<Name extends CollectionName>(
    appId: AppId,
    collection: Name,
    doc: Documents[Name],
    when: Filter<Documents[Name]>,
  ): Promise<void>

  /** Deletes every document that matches and says how many there were. */
  delete<Name extends CollectionName>(
    appId: AppId,
    collection: Name,
    filter: Filter<Documents[Name]>,
  ): Promise<number>
}

/** A document, and where it belongs. */
export type Entry = {
  [Name in CollectionName]: { readonly collection: Name; readonly doc: Documents[Name] }
}[CollectionName]

/**
 * The durable database behind core.
 *
 * Two adapters, one suite: MongoDB in production, SQLite (`sqlite.ts`) on a laptop. Reads see what was committed
 * before they began. Any number of callers may use one store at once.
 */
export interface Store extends Statements {
  /**
   * Runs `work` with statements that take effect together when it returns, or not at all when it throws.
   *
   * `work` may be run several times (a write conflict starts it again on a new snapshot), so it holds no I/O, no
   * ids, no clock and no other side effect; it awaits each statement before the next, and uses `tx` only (a
   * call to the store itself may wait for this very transaction). Any failed statement dooms the transaction,
   * even when `work` catches the error. Transactions do not nest; `tx` is of no use afterwards. What `work` throws,
   * the caller gets.
   *
   * @param budgetMs the time from call to answer, waiting for other writers and retries included.
   * @throws StoreError `outcome_unknown` when nobody can say whether it was committed; `unavailable` when it was
   *   certainly not, within the budget.
   */
  transaction<Result>(budgetMs: number, work: (tx: Statements) => Promise<Result>): Promise<Result>

  /** Deletes the documents whose time is over at `now` (schema's `expires`) and says how many there were. */
  purgeExpired(now: Date): Promise<number>

  /**
   * Every document of every app as of one moment: collection by collection in the order of the schema, by primary key
   * within each, so that equal stores give equal sequences. A few documents at a time; writers go on and are not seen.
   * @throws StoreError `unavailable` when a MongoDB does not remember the moment any more, after 5 minutes
   *   (`minSnapshotHistoryWindowInSeconds`).
   */
  snapshot(): AsyncIterable<Entry>

  /** Finishes what runs and releases every resource. */
  close(): Promise<void>
}

export type StoreErrorCode =
  /** A unique value exists: see `duplicate`. */
  | 'duplicate'
  /** Certainly not done; try again later. */
  | 'unavailable'
  /** Done or not done: ask again by reading. */
  | 'outcome_unknown'
  /** The file or server is not one of ours, or damaged: an operator must look. */
  | 'unusable'

/** The only error of a store. Its message is for an operator's log, never for a caller. */
export class StoreError extends Error {
  readonly code: StoreErrorCode
  /** For `duplicate`: the collection, and the index by its name in the schema, or `primary`. */
  readonly duplicate: { readonly collection: CollectionName; readonly index: string } | undefined

  constructor(
    code: StoreErrorCode,
    message: string,
    options: { duplicate?: { collection: CollectionName; index: string }; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'StoreError'
    this.code = code
    this.duplicate = options.duplicate
  }
}

/** Whether the error says that this unique index of the collection has the value already. */
export const isDuplicate = (error: unknown, collection: CollectionName, index: string): boolean =>
  error instanceof StoreError && error.duplicate?.collection === collection && error.duplicate.index === index
