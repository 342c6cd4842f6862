import { MongoBulkWriteError, MongoError, MongoServerError, MongoWriteConcernError } from 'mongodb'
import type { CollectionName } from '../schema.ts'
import { StoreError, type StoreErrorCode } from '../store.ts'

/** Codes of the server (manual/reference/error-codes) that say more than "no". */
const code = {
  unauthorized: 13,
  authenticationFailed: 18,
  namespaceNotFound: 26,
  namespaceExists: 48,
  indexOptionsConflict: 85,
  indexKeySpecsConflict: 86,
  noSuchTransaction: 251,
  atlas: 8000,
  duplicateKey: 11_000,
} as const

/** Codes after which the same statement may succeed: lock, time limit, write conflict, a snapshot too old. */
const passing: ReadonlySet<unknown> = new Set([24, 46, 50, 112, 202, 239, 246, 251, 262])

const is = (error: unknown, ...codes: readonly number[]): error is MongoServerError =>
  error instanceof MongoServerError && codes.some((one) => one === error.code)

/** A collection is asked about that is not there. */
export const isNamespaceMissing = (error: unknown): boolean => is(error, code.namespaceNotFound)

/** A collection is made that is there already. */
export const isNamespaceTaken = (error: unknown): boolean => is(error, code.namespaceExists)

/** An index is made while another one has its name or its fields. */
export const isIndexConflict = (error: unknown): boolean =>
  is(error, code.indexOptionsConflict, code.indexKeySpecsConflict)

/**
 * The body may run again: the transaction was aborted, for no reason of its own, or its statement was never sent
 * because another one has lost its connection.
 */
export const isTransient = (error: unknown): boolean =>
  error instanceof MongoError &&
  (error.hasErrorLabel('TransientTransactionError') || error.hasErrorLabel('PoolRequestedRetry'))

/** What happened: `insertMany` throws all of it as if the server had said so (mongodb 7.9.0, src/bulk/common.ts). */
function unwrapped(error: unknown): unknown {
  const inner: unknown = error instanceof MongoBulkWriteError ? error.errorResponse : undefined
  return inner instanceof MongoError ? inner : error
}

/**
 * The answer to a commit that leaves no doubt: there is no such transaction. A server says so only when a majority
 * would say the same (specifications, transactions.md, "commitTransaction").
 */
export const isAborted = (error: unknown): boolean => is(error, code.noSuchTransaction) && isTransient(error)

/** The index of the schema that refused a value: MongoDB tells its name in the text only, for every command. */
function duplicateIndex(error: MongoServerError): string {
  const [, index = '?'] = /index: (\S+)/.exec(error.message) ?? []
  return index === '_id_' ? 'primary' : index
}

function adviceOn(error: unknown): readonly [StoreErrorCode, string] {
  if (is(error, code.unauthorized, code.authenticationFailed, code.atlas)) {
    return [
      'unusable',
      'the server refuses the user of STORE_URL; check its password and its role (readWrite)',
    ]
  }
  const isRefusal =
    error instanceof MongoServerError &&
    !passing.has(error.code) &&
    !isTransient(error) &&
    !error.hasErrorLabel('RetryableWriteError')
  return isRefusal
    ? ['unusable', 'the server refused the command']
    : ['unavailable', 'the server did not do it in time or cannot be reached; try again']
}

/** Whether the server itself has said that a retryable write was not done, this time or before. */
const isDefinite = (error: unknown): boolean =>
  error instanceof MongoServerError &&
  !(error instanceof MongoWriteConcernError) &&
  !error.hasErrorLabel('RetryableWriteError')

/**
 * What the driver threw, as the store's own error; anything else as it is.
 *
 * @param mayBeDone whether a write was sent whose effect this error leaves open.
 */
export function storeErrorOf(thrown: unknown, name: CollectionName | null, mayBeDone: boolean): unknown {
  const cause = unwrapped(thrown)
  if (!(cause instanceof MongoError || cause instanceof StoreError)) return cause
  const where = name ?? 'the database'
  if (is(cause, code.duplicateKey) && name !== null) {
    const index = duplicateIndex(cause)
    const duplicate = { collection: name, index }
    return new StoreError('duplicate', `${name} has that value in ${index} already`, { duplicate, cause })
  }
  if (mayBeDone && !isDefinite(cause)) {
    return new StoreError('outcome_unknown', `${where}: a write was sent and not answered`, { cause })
  }
  if (cause instanceof StoreError) return cause
  const [kind, todo] = adviceOn(cause)
  return new StoreError(kind, `${where}: ${todo} (${cause.name} ${cause.code ?? ''}: ${cause.message})`, {
    cause,
  })
}
