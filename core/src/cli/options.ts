import { InvalidArgumentError, Option } from 'commander'
import type * as z from 'zod'
import { inOurWords } from '../moving-in/fields.ts'

/** `--store`, or STORE_URL. It is checked when it is opened: what the parser says of a wrong one would show a password. */
export const storeOption = (): Option =>
  new Option('--store <url>', 'sqlite:<path>, mongodb://... or mongodb+srv://...')
    .env('STORE_URL')
    .makeOptionMandatory()

/** A URL as it may be shown: without user and password. */
export const shownUrl = (url: string): string => url.replace(/\/\/[^/@]*@/, '//')

/** Reads what an option says by its schema. */
export const readBy =
  <Schema extends z.ZodType>(schema: Schema) =>
  (text: string): z.output<Schema> => {
    const { success, data, error } = schema.safeParse(text, { error: inOurWords })
    if (success) return data
    throw new InvalidArgumentError(`It ${error.issues.map(({ message }) => message).join(', and ')}.`)
  }
