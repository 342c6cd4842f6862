import { createHash } from 'node:crypto'
import type * as z from 'zod'
import { currentFormat } from '../formats/steps.ts'
import type { Entry } from '../store.ts'
import {
  carried,
  createSum,
  entryOf,
  Header,
  lineOf,
  rawEntryOf,
  type Sums,
  Trailer,
  TransferError,
} from './format.ts'

/** What a whole file says. */
export interface Verified {
  /** The digest of all lines but the last: the same file has the same. */
  readonly digest: string
  readonly count: number
  /** What a store must give back that has all of it, by this version's own lines. */
  readonly sums: Sums
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new TransferError('is no JSON')
  }
}

/** The format of a file, by its first line. */
function formatOf(line: string): number {
  const header = Header.safeParse(jsonOf(line))
  if (!header.success) throw new TransferError('is not the beginning of an export that this version can read')
  const { format } = header.data
  if (format > currentFormat) {
    throw new TransferError(
      `says format ${format}, and this program speaks format ${currentFormat}: import it with the version of ` +
        'Holdfast that wrote it, or a newer one',
    )
  }
  return format
}

/** Whether both say the same of every collection that has documents: each format has its own collections. */
function isSameSum(one: Sums, other: Sums): boolean {
  const filled = (sums: Sums) =>
    JSON.stringify(
      Object.entries(sums)
        .filter(([, { count }]) => count > 0)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { count, sha256 }]) => [name, count, sha256]),
    )
  return filled(one) === filled(other)
}

/**
 * The documents of a file in its order, of whatever format it is as the current one has them, and at the end what they
 * add up to.
 * @throws TransferError when the file is not whole, was changed, is of a newer format, or has a document that does not
 *   fit; then some documents were given already.
 */
export async function* readExport(lines: AsyncIterable<string>): AsyncGenerator<Entry, Verified> {
  const whole = createHash('sha256')
  const [written, own] = [createSum([]), createSum(carried)]
  let [number, count, format] = [0, 0, 0]
  let end: z.infer<typeof Trailer>['end'] | undefined

  const read = (line: string): Entry | null => {
    if (end !== undefined) throw new TransferError('stands after the end')
    let entry: Entry | null = null
    if (number === 1) format = formatOf(line)
    else {
      const json = jsonOf(line)
      const trailer = Trailer.safeParse(json)
      if (trailer.success) {
        end = trailer.data.end
        return null
      }
      const raw = rawEntryOf(json)
      written.add(raw.collection, line)
      entry = entryOf(format, raw)
      if (entry !== null) own.add(entry.collection, lineOf(entry))
    }
    whole.update(line).update('\n')
    return entry
  }

  for await (const line of lines) {
    number += 1
    let entry: Entry | null
    try {
      entry = read(line)
    } catch (error) {
      throw error instanceof TransferError ? new TransferError(`line ${number} ${error.message}`) : error
    }
    if (entry === null) continue
    count += 1
    yield entry
  }
  if (end === undefined)
    throw new TransferError(`ends after line ${number}, without its checksums: it was cut off`)
  const digest = whole.digest('hex')
  if (digest !== end.sha256 || !isSameSum(written.total(), end.collections)) {
    throw new TransferError('is not what was exported: its checksums differ')
  }
  return { digest, count, sums: own.total() }
}
