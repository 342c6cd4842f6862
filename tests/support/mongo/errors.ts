import type { Doc } from './values.ts'

/** Codes of the manual's "Error Codes" page (manual/reference/error-codes). */
const codes = {
  BadValue: 2,
  FailedToParse: 9,
  TypeMismatch: 14,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  WriteConcernTimeout: 64,
  ImmutableField: 66,
  InvalidOptions: 72,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  WriteConflict: 112,
  TransactionTooOld: 225,
  NotImplemented: 238,
  SnapshotTooOld: 239,
  NoSuchTransaction: 251,
  TransactionCommitted: 256,
  OperationNotSupportedInTransaction: 263,
  NotWritablePrimary: 10107,
  DuplicateKey: 11000,
  InterruptedDueToReplStateChange: 11602,
} as const

export type CodeName = keyof typeof codes

/** An error that the server answers to a command. */
export class ServerError extends Error {
  readonly code: number
  readonly codeName: string
  /** Further fields of the answer. */
  readonly fields: Doc

  constructor(codeName: CodeName, message: string, fields: Doc = {}) {
    super(message)
    this.codeName = codeName
    this.code = codes[codeName]
    this.fields = fields
  }
}

/** The error for whatever MongoDB does and this server does not: a test must not pass on a guess. */
export const refusal = (what: string): ServerError =>
  new ServerError('NotImplemented', `the MongoDB for tests does not implement ${what}`)

/** What a command's error is labelled by. */
export interface Circumstances {
  readonly inTransaction: boolean
  readonly endsTransaction: boolean
  readonly retryableWrite: boolean
}

/** Codes that a write is retried on (specifications, retryable-writes.md, "Retryable Error"). */
const retryable = new Set([6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436])

/**
 * The labels that the server itself puts on an error (specifications, transactions.md, "TransientTransactionError"
 * and retryable-writes.md, "RetryableWriteError"; mongo/src/mongo/db/error_labels.cpp).
 */
export function labelsOf(code: number, { inTransaction, endsTransaction, retryableWrite }: Circumstances) {
  const lost = code === codes.WriteConflict || code === codes.NoSuchTransaction
  if (inTransaction || endsTransaction) {
    if (lost || (!endsTransaction && retryable.has(code))) return ['TransientTransactionError']
  }
  return (endsTransaction || retryableWrite) && retryable.has(code) ? ['RetryableWriteError'] : []
}
