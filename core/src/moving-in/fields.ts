/*
 * The values of mongoexport's documents, as Extended JSON gives them: each is refused in words that an operator
 * understands, and never shown, for some are secrets.
 */
import {
  bcryptCostMax,
  currencyExponent,
  ForeignId,
  majorUnitsOf,
  minorUnitsOf,
  PlainText,
  priceMinorMax,
} from '@holdfast/contract'
import { Decimal128, ObjectId } from 'bson'
import * as z from 'zod'

const wordsOfTypes: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a document',
  record: 'a document',
}

/** What is said where a schema has no words of its own. */
export const inOurWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return 'is missing'
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${wordsOfTypes[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`
    case 'invalid_format':
      return issue.format === 'email' ? 'is no mail address' : 'has another form'
    case 'too_small':
      return 'must not be empty'
    case 'too_big':
      return `must have at most ${issue.maximum} ${issue.origin === 'string' ? 'characters' : 'entries'}`
    default:
      return 'cannot be read'
  }
}

const orMissing =
  (message: string) =>
  ({ input }: { readonly input?: unknown }): string =>
    input === undefined ? 'is missing' : message

const noId = 'must be text, or a whole number from 0 to 9007199254740991'

const IdValue = z
  .union([z.string(), z.instanceof(ObjectId), z.number()], { error: orMissing(noId) })
  .refine((id) => typeof id !== 'number' || (Number.isSafeInteger(id) && id >= 0), noId)
  .transform((id) => (id instanceof ObjectId ? id.toHexString() : id))

/** An ObjectId, text, or a whole number, as text. */
export const IdText = IdValue.transform(String)

/** The same as an id: not empty, and not without end. */
export const Id = IdValue.pipe(ForeignId)

/** What something is called on a plan; the empty text is no name. */
export const Label = z
  .union([z.string(), z.number()], { error: orMissing('must be text or a number') })
  .transform(String)
  .pipe(PlainText)
export const LabelIfAny = Label.nullish().transform((label) => label || undefined)

/** A decimal amount of major units, in minor ones. */
export function Money(currency: string) {
  const digits = currencyExponent(currency)
  const places = digits === 0 ? 'without decimals' : `with at most ${digits} decimals`
  return z
    .union([z.number(), z.string(), z.instanceof(Decimal128)], {
      error: orMissing(`is no amount of ${currency}: it must be a decimal number`),
    })
    .transform((major, context) => {
      const minor = minorUnitsOf(String(major), currency)
      if (minor !== null && minor <= priceMinorMax) return minor
      context.addIssue(
        minor === null
          ? `is no amount of ${currency}: it must be a decimal number from 0, ${places}`
          : `is more than ${majorUnitsOf(priceMinorMax, currency)} ${currency}, the most that a seat may cost`,
      )
      return z.NEVER
    })
}

/** The cost of a bcrypt hash. */
export const costOf = (hash: string): number => Number(hash.slice(4, 6))

/**
 * A bcrypt hash; `todo` tells what to do about another value. One of a high cost is refused: whoever knows its account would
 * keep a thread of the logins busy, for days at the highest.
 */
export function Hash(todo: string) {
  const error = ({ input }: { readonly input?: unknown }) =>
    `${input === undefined ? 'is missing' : 'is no bcrypt hash'}: ${todo}`
  const tooHigh = {
    error: ({ input }: { readonly input?: unknown }) =>
      `has a cost of ${costOf(String(input))}, and ${bcryptCostMax} at most are taken: ${todo}`,
  }
  return z
    .string({ error })
    .regex(/^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/, { error, abort: true })
    .refine((hash) => costOf(hash) <= bcryptCostMax, tooHigh)
}

const dateError = { error: orMissing('is no date from 1970 on') }

/** A BSON date, or its ISO text. */
export const When = z
  .union([z.date(), z.iso.datetime({ offset: true }).transform((text) => new Date(text))], dateError)
  .refine((date) => date.getTime() >= 0, dateError)

/** When a document was made that does not say: the time in its ObjectId. */
export const madeAt = (id: string): Date =>
  /^[0-9a-f]{24}$/.test(id) ? ObjectId.createFromHexString(id).getTimestamp() : new Date(0)

/** A JSON object as the predecessor answered it: a date in it is its text. */
export const jsonObject = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .unknown()
    .transform((value, context): unknown => {
      try {
        return JSON.parse(JSON.stringify(value))
      } catch {
        context.addIssue('is nested too deep')
        return z.NEVER
      }
    })
    .pipe(schema)
