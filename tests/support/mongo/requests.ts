import { Binary, Timestamp } from 'bson'
import * as z from 'zod'
import { refusal } from './errors.ts'
import type { SessionFields } from './sessions.ts'
import { type Doc, isDoc } from './values.ts'

/** A document of any content. */
export const document = z.custom<Doc>(isDoc, 'no document')
const wholeNumber = z.int().nonnegative()

/** manual/reference/write-concern; `w: 0` would need requests without an answer. */
export const writeConcern = z.strictObject({
  w: z.union([z.literal('majority'), z.literal(1)]).optional(),
  j: z.boolean().optional(),
  wtimeout: wholeNumber.optional(),
})

const lsid = z.strictObject({ id: z.instanceof(Binary) }).transform(({ id }) => id.toString('hex'))

/** What every command may carry (manual/reference/command, "Generic Command Fields"). */
const generic = {
  $db: z.string(),
  lsid: lsid.optional(),
  txnNumber: wholeNumber.optional(),
  startTransaction: z.literal(true).optional(),
  autocommit: z.literal(false).optional(),
  readConcern: z
    .strictObject({
      level: z.enum(['local', 'majority', 'snapshot']).optional(),
      atClusterTime: z.instanceof(Timestamp).optional(),
    })
    .optional(),
  writeConcern: writeConcern.optional(),
  maxTimeMS: wholeNumber.optional(),
  $readPreference: z.strictObject({ mode: z.enum(['primary', 'primaryPreferred']) }).optional(),
  apiVersion: z.literal('1').optional(),
  comment: z.unknown().optional(),
}

/** The fields of a command that concern its session. */
export const Generic = z
  .object(generic)
  .transform(({ lsid: session, ...fields }): SessionFields & Omit<typeof fields, keyof SessionFields> => ({
    ...fields,
    session,
  }))

/** A command with just these fields beside the generic ones: whatever else it carries is refused. */
export const command = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject({ ...generic, ...shape })

/** The checked fields of a command. */
export function parsed<Output>(schema: z.ZodType<Output>, received: Doc): Output {
  const result = schema.safeParse(received)
  if (!result.success) {
    throw refusal(`this form of ${Object.keys(received)[0]}: ${z.prettifyError(result.error)}`)
  }
  return result.data
}
