import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Platform } from '@holdfast/contract'
import { EJSON } from 'bson'
import type * as z from 'zod'
import type { Diagnostics, Place } from './diagnostics.ts'
import { IdText, inOurWords } from './fields.ts'

/** What a folder of files is read with. */
export interface Reading {
  readonly folder: string
  readonly diagnostics: Diagnostics
  readonly platform: Pick<Platform, 'sha256' | 'now'>
}

/** A document, and where it stands. */
export interface Located<Doc> {
  readonly at: Place
  readonly doc: Doc
}

/** The documents of a file that can be used. */
export interface Exported<Doc> {
  readonly docs: readonly Located<Doc>[]
  /** Whether the file has none, or is not there. */
  readonly isEmpty: boolean
  /** Whether this may be the `_id` or `appId` of a document that cannot: that was told already. */
  readonly mayHave: (id: string) => boolean
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

const utf16 =
  'is UTF-16, where mongoexport writes UTF-8: export with --out, since > in PowerShell changes what it writes'

/** What is said of a file without documents that there is no import without. */
export const isNeeded = 'is not there, or is empty: it is what mongoexport writes of that collection'

/** What a file is, by its first line, when it is not one document a line. */
function formFault(first: string): string | null {
  if (first.startsWith('[')) return 'is one JSON array: export without --jsonArray'
  return first === '{' ? 'has documents over several lines: export without --pretty' : null
}

/**
 * Hands over the lines of a file, by their numbers and without a byte order mark; null is one that is not UTF-8. Answers
 * what is wrong with the file as a whole, where nothing more of it is read.
 */
async function readLines(
  file: string,
  take: (line: number, text: string | null) => void,
): Promise<string | null> {
  const handle = await open(file)
  // A byte is a character here: no character of UTF-8 ends a line, and what the bytes of one say is decoded by itself.
  const input = handle.createReadStream({ encoding: 'latin1', autoClose: false })
  try {
    let line = 0
    let isFirst = true
    for await (const bytes of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1
      if (bytes.includes('\0') || /^(\xff\xfe|\xfe\xff)/.test(bytes)) return utf16
      const text = utf8(bytes)
      if (text?.trim() === '') continue
      const wrong = isFirst && text !== null ? formFault(text.trim()) : null
      if (wrong !== null) return wrong
      isFirst = false
      take(line, text)
    }
    return null
  } finally {
    input.destroy()
    await handle.close()
  }
}

function utf8(bytes: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'))
  } catch {
    return null
  }
}

/** The document on a line, or what is wrong with it. */
function parse(text: string | null): { readonly doc: unknown } | { readonly fault: string } {
  if (text === null) return { fault: 'is not UTF-8: export again with mongoexport, which writes that' }
  try {
    JSON.parse(text)
  } catch {
    return { fault: 'is no JSON document: export with mongoexport, without --type, one document a line' }
  }
  try {
    return { doc: EJSON.parse(text, { relaxed: true }) }
  } catch {
    return { fault: 'has a value in Extended JSON that cannot be read, such as a date or an ObjectId' }
  }
}

/** The ids of a document that cannot be used. */
const idsOf = (doc: unknown): string[] => {
  const { _id, appId }: { _id?: unknown; appId?: unknown } = Object(doc)
  return [_id, appId].flatMap((id) => IdText.safeParse(id).data ?? [])
}

/**
 * The documents of `<folder>/<name>.json` as mongoexport writes them: one a line, in Extended JSON. Fields that the
 * schema does not name are left alone; a file that is not there has none, which is told.
 */
export async function readMongoexport<Schema extends z.ZodType>(
  { folder, diagnostics }: Reading,
  name: string,
  schema: Schema,
): Promise<Exported<z.output<Schema>>> {
  const file = join(folder, `${name}.json`)
  const docs: Located<z.output<Schema>>[] = []
  const refusedIds = new Set<string>()
  let hasUnread = false
  const take = (line: number, text: string | null) => {
    const read = parse(text)
    if ('fault' in read) {
      hasUnread = true
      return diagnostics.fault({ file, line }, read.fault)
    }
    const parsed = schema.safeParse(read.doc, { error: inOurWords })
    if (parsed.success) return docs.push({ at: { file, line }, doc: parsed.data })
    for (const id of idsOf(read.doc)) refusedIds.add(id)
    for (const { path, message } of parsed.error.issues)
      diagnostics.fault({ file, line, field: path.join('.') }, message)
  }
  try {
    const wrong = await readLines(file, take)
    if (wrong !== null) {
      hasUnread = true
      diagnostics.fault({ file }, wrong)
    }
  } catch (error) {
    if (!isMissing(error)) throw error
    diagnostics.warn({ file }, 'is not there, as if it were empty')
  }
  const isEmpty = docs.length + refusedIds.size === 0 && !hasUnread
  return { docs, isEmpty, mayHave: (id) => hasUnread || refusedIds.has(id) }
}
