import type { AppId } from '@holdfast/contract'
import type { CollectionName, Documents } from './schema.ts'

/** Names the owner of documents that belong to no app: the user pool and the system's own. */
export const poolScope = 'pool' as AppId
export const systemScope = 'system' as AppId

/** Asks a *read* for the documents of every app: background work, key look-up and the admin only. */
export const everyApp = Symbol('every app')
export type ReadScope = AppId | typeof everyApp

type Comparable = string | number | Date
type Condition<Value> =
  | Value
  | { readonly in: readonly Value[] }
  | (Value extends Comparable | null
      ? {
          readonly gte?: NonNullable<Value>
          readonly gt?: NonNullable<Value>
          readonly lte?: NonNullable<Value>
          readonly lt?: NonNullable<Value>
        }
      : never)

/** All conditions must hold. A value means equality (`null` included); fields are top-level fields only. */
export type Filter<Doc> = { readonly [Field in keyof Doc]?: Condition<Doc[Field]> }

/** The primary key without `appId`, which is always the first argument. */
export type Key<Name extends CollectionName> = Filter<Documents[Name]>

type NumberFields<Doc> = { [Field in keyof Doc]: Doc[Field] extends number ? Field : never }[keyof Doc]

/** `set` replaces top-level fields, `inc` adds integers to them. */
export interface Change<Doc> {
  readonly set?: Partial<Omit<Doc, 'appId'>>
  readonly inc?: { readonly [Field in NumberFields<Doc>]?: number }
}

export interface FindOptions<Doc> {
  /** How many documents at most; there is no read without a limit. */
  readonly limit: number
  readonly orderBy?: keyof Doc & string
  /** `ascending` when absent. */
  readonly order?: 'ascending' | 'descending'
}

/**
 * The statements of the store. Each is atomic on its own; inside `transaction` they are atomic together.
 *
 * `appId` scopes every call: it is part of every filter and of every document written. Documents are plain data
 * (strings, safe integers, finite numbers, booleans, null, Dates, arrays and objects of those), are checked
 * against their schema when read, and are never shared with the store: changing one changes nothing.
 *
 * Faults are a `StoreError`. Nothing is retried by the caller unless its `code` says so.
 */
export interface Statements {
  /**
   * Inserts one or many documents of one collection, all or none.
   * @throws StoreError `duplicate` with the index, when a unique index or the primary key has the value already.
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
   * Changes every document that matches, in one conditional statement, and says how many there were. This is what
   * decides a race: compare the count with what it must be.
   * @throws StoreError `duplicate` when the change breaks a unique index.
   */
  updateIf<Name extends CollectionName>(
    appId: AppId,
    collection: Name,
    filter: Filter<Documents[Name]>,
    change: Change<Documents[Name]>,
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
   * ids, no clock and no other side effect; it awaits each statement before the next. Any failed statement dooms
   * the transaction, even when `work` catches the error. Transactions do not nest. What `work` throws, the caller
   * gets.
   *
   * @param budgetMs the time from call to answer, waiting for other writers and retries included.
   * @throws StoreError `outcome_unknown` when nobody can say whether it was committed; `unavailable` when it was
   *   certainly not, within the budget.
   */
  transaction<Result>(budgetMs: number, work: (tx: Statements) => Promise<Result>): Promise<Result>

  /** Deletes documents whose time is over (schema's `expires`), where the database does not do so by itself. */
  purgeExpired(now: Date): Promise<number>

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
