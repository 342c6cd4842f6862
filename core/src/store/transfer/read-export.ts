import { createHash } from 'node:crypto'
import type * as z from 'zod'
import type { Entry } from '../store.ts'
import { createSum, entryOf, Header, lineOf, type Sums, Trailer, TransferError } from './format.ts'

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

function headerOf(line: string): z.infer<typeof Header> {
  const header = Header.safeParse(jsonOf(line))
  if (!header.success) throw new TransferError('is not the beginning of an export that this version can read')
  return header.data
}

/**
 * The documents of a file, in its order, and at the end what they add up to.
 * @throws TransferError when the file is not whole, was changed, or has a document that does not fit; then some
 *   documents were given already.
 */
export async function* readExport(lines: AsyncIterable<string>): AsyncGenerator<Entry, Verified> {
  const whole = createHash('sha256')
  const [written, own] = [createSum(), createSum()]
  let number = 0
  let count = 0
  let end: z.infer<typeof Trailer>['end'] | undefined

  const read = (line: string): Entry | undefined => {
    if (end !== undefined) throw new TransferError('stands after the end')
    if (number === 1) headerOf(line)
    else {
      const json = jsonOf(line)
      const trailer = Trailer.safeParse(json)
      if (trailer.success) {
        end = trailer.data.end
        return undefined
      }
      const entry = entryOf(json)
      written.add(entry.collection, line)
      own.add(entry.collection, lineOf(entry))
      whole.update(line).update('\n')
      return entry
    }
    whole.update(line).update('\n')
    return undefined
  }

  for await (const line of lines) {
    number += 1
    let entry: Entry | undefined
    try {
      entry = read(line)
    } catch (error) {
      throw error instanceof TransferError ? new TransferError(`line ${number} ${error.message}`) : error
    }
    if (entry === undefined) continue
    count += 1
    yield entry
  }
  if (end === undefined)
    throw new TransferError(`ends after line ${number}, without its checksums: it was cut off`)
  const digest = whole.digest('hex')
  if (digest !== end.sha256 || JSON.stringify(written.total()) !== JSON.stringify(end.collections)) {
    throw new TransferError('is not what was exported: its checksums differ')
  }
  return { digest, count, sums: own.total() }
}
