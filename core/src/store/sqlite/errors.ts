import { type CollectionName, isCollectionName } from '../schema.ts'
import { StoreError, type StoreErrorCode } from '../store.ts'

/** SQLite's primary result codes that an operator can do something about. */
const advice: Readonly<Record<number, readonly [StoreErrorCode, string]>> = {
  5: ['unavailable', 'another process keeps the file locked; end it, or let it finish, and try again'],
  6: ['unavailable', 'the file is locked; try again'],
  7: ['unavailable', 'there is not enough memory; free some, and try again'],
  8: ['unusable', 'the file cannot be written; give this process the right to write it and its folder'],
  10: ['unusable', 'the disk failed; check it, and restore the file from a backup if it is damaged'],
  11: ['unusable', 'the file is damaged; restore a backup, or salvage it with: sqlite3 FILE .recover'],
  13: ['unavailable', 'the disk is full; make room, and try again'],
  14: ['unusable', 'the file cannot be opened; name a file in a folder that exists and can be written'],
  26: ['unusable', 'the file is no SQLite database; name a file of Holdfast, or one that does not exist yet'],
}

function duplicateOf(message: string): { collection: CollectionName; index: string } | undefined {
  const [, collection, index] = /^UNIQUE constraint failed: index '(\w+)\.(\w+)'$/.exec(message) ?? []
  return collection !== undefined && index !== undefined && isCollectionName(collection)
    ? { collection, index }
    : undefined
}

/** What SQLite threw, as the store's own error; anything else as it is. */
export function storeErrorOf(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error && 'errcode' in cause && typeof cause.errcode === 'number')) return cause
  const duplicate = duplicateOf(cause.message)
  if (duplicate !== undefined) {
    const { collection, index } = duplicate
    return new StoreError('duplicate', `${collection} has that value in ${index} already`, {
      duplicate,
      cause,
    })
  }
  // The low byte is the kind of the error; the rest says where it came from.
  const [code, todo] = advice[cause.errcode & 0xff] ?? ['unusable', 'the database refused the statement']
  return new StoreError(code, `${path}: ${todo} (SQLite ${cause.errcode}: ${cause.message})`, { cause })
}
