import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Decimal128, EJSON, ObjectId } from 'bson'
import * as z from 'zod'
import { LegacyError } from './legacy.ts'

/** An ObjectId, or text, as text. */
export const Id = z.union([z.string().min(1), z.instanceof(ObjectId)]).transform(String)

/** A decimal amount of major units. */
export const Amount = z.union([z.number(), z.string(), z.instanceof(Decimal128)]).transform(String)

/** A bcrypt hash. */
export const Hash = z.string().regex(/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/, 'must be a bcrypt hash')

/** A BSON date, or its ISO text. */
export const When = z.union([z.date(), z.iso.datetime().transform((text) => new Date(text))])

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

/**
 * The documents of `<folder>/<name>.json` as mongoexport writes them: one a line, in Extended JSON. Fields that the
 * schema does not name are left alone; a file that is not there has none.
 * @throws LegacyError by file and line.
 */
export async function readMongoexport<Schema extends z.ZodType>(
  folder: string,
  name: string,
  schema: Schema,
): Promise<z.output<Schema>[]> {
  const file = join(folder, `${name}.json`)
  const docs: z.output<Schema>[] = []
  let number = 0
  const parse = (line: string): unknown => {
    try {
      return EJSON.parse(line, { relaxed: true })
    } catch {
      throw new LegacyError(`${file}, line ${number}: is no JSON (export without --jsonArray)`)
    }
  }
  try {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      number += 1
      if (line.trim() === '') continue
      const doc = schema.safeParse(parse(line))
      if (!doc.success) throw new LegacyError(`${file}, line ${number}: ${z.prettifyError(doc.error)}`)
      docs.push(doc.data)
    }
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
  return docs
}
