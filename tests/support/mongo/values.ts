import { Binary, ObjectId, serialize } from 'bson'
import { refusal } from './errors.ts'

/** A document, as BSON decodes it. */
export type Doc = Record<string, unknown>

/** Whether a value is a document (no date, list, id or other BSON type). */
export const isDoc = (value: unknown): value is Doc =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** The types that this server stores, in the order of manual/reference/bson-type-comparison-order. */
type Typed =
  | { readonly rank: 1; readonly value: null }
  | { readonly rank: 2; readonly value: number }
  | { readonly rank: 3; readonly value: string }
  | { readonly rank: 4; readonly value: Doc }
  | { readonly rank: 5; readonly value: readonly unknown[] }
  | { readonly rank: 6; readonly value: Binary }
  | { readonly rank: 7; readonly value: ObjectId }
  | { readonly rank: 8; readonly value: boolean }
  | { readonly rank: 9; readonly value: Date }

/** A missing field compares as null does (same page, "Non-existent Fields"). */
function typed(value: unknown): Typed {
  if (value === null || value === undefined) return { rank: 1, value: null }
  if (typeof value === 'number' && !Number.isNaN(value)) return { rank: 2, value }
  if (typeof value === 'string') return { rank: 3, value }
  if (isDoc(value)) return { rank: 4, value }
  if (Array.isArray(value)) return { rank: 5, value }
  if (value instanceof Binary) return { rank: 6, value }
  if (value instanceof ObjectId) return { rank: 7, value }
  if (typeof value === 'boolean') return { rank: 8, value }
  if (value instanceof Date) return { rank: 9, value }
  throw refusal(`values like ${String(value)}: NaN, 64-bit integers beyond 2^53 and rarer BSON types`)
}

/** The place of a value's type in the order of types. */
export const rankOf = (value: unknown): number => typed(value).rank

const bytesOf = (value: unknown): Uint8Array => serialize({ value })

/** Type, then name, then value of each field in turn (same page, "Objects"). */
function compareDocs(left: Doc, right: Doc): number {
  const [ours, theirs] = [Object.entries(left), Object.entries(right)]
  for (const [at, [name, value]] of ours.entries()) {
    const other = theirs[at]
    if (other === undefined) return 1
    const order =
      rankOf(value) - rankOf(other[1]) ||
      Buffer.compare(Buffer.from(name), Buffer.from(other[0])) ||
      compareValues(value, other[1])
    if (order !== 0) return order
  }
  return ours.length - theirs.length
}

/** MongoDB's order of values without a collation; text by its UTF-8 bytes, numbers by value whatever their width. */
export function compareValues(left: unknown, right: unknown): number {
  if (left === right) return 0
  const [ours, theirs] = [typed(left), typed(right)]
  if (ours.rank !== theirs.rank) return ours.rank - theirs.rank
  if (ours.rank === 1) return 0
  if (ours.rank === 2 && theirs.rank === 2) return ours.value - theirs.value
  if (ours.rank === 3 && theirs.rank === 3) {
    return Buffer.compare(Buffer.from(ours.value), Buffer.from(theirs.value))
  }
  if (ours.rank === 4 && theirs.rank === 4) return compareDocs(ours.value, theirs.value)
  if (ours.rank === 5 && theirs.rank === 5) return compareDocs({ ...ours.value }, { ...theirs.value })
  if (ours.rank === 8 && theirs.rank === 8) return Number(ours.value) - Number(theirs.value)
  if (ours.rank === 9 && theirs.rank === 9) return ours.value.getTime() - theirs.value.getTime()
  return Buffer.compare(bytesOf(left), bytesOf(right))
}

/** Text that is equal for equal values, for maps. */
export function keyOf(value: unknown): string {
  const { rank, value: plain } = typed(value)
  if (rank === 4 || rank === 5) {
    const parts = Object.entries(plain).map(([name, part]) => `${JSON.stringify(name)}:${keyOf(part)}`)
    return `${rank}{${parts.join()}}`
  }
  if (rank === 3) return `3${JSON.stringify(plain)}`
  if (rank === 2) return `2${plain === 0 ? 0 : plain}`
  if (rank === 9) return `9${plain.getTime()}`
  if (rank === 6 || rank === 7) return `${rank}${plain.toString('hex')}`
  return `${rank}${plain}`
}

/** A value as the messages of the server write it (`{ appId: "a", index: 1 }`). */
export function shown(value: unknown): string {
  if (isDoc(value)) {
    return `{ ${Object.entries(value)
      .map(([name, part]) => `${name}: ${shown(part)}`)
      .join(', ')} }`
  }
  if (value instanceof Date) return `new Date(${value.getTime()})`
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`
  return JSON.stringify(value ?? null)
}

/** Refuses a document that this server could not give back or compare as MongoDB does. */
export function assertStorable(value: unknown): void {
  const { rank, value: plain } = typed(value)
  if (rank !== 4 && rank !== 5) return
  for (const [name, part] of Object.entries(plain)) {
    if (name.startsWith('$') || name.includes('.')) throw refusal(`fields with a name like ${name}`)
    assertStorable(part)
  }
}
