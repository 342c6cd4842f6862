import * as z from 'zod'
import { chartFile } from './chart.ts'

/** One rule of `values.schema.json`, and a value that breaks it. */
export interface Rule {
  /** Where the value is, as in Helm's complaint, e.g. `/core/replicas`. */
  readonly at: string
  readonly keyword: string
  readonly wrong: unknown
}

interface Schema {
  readonly [keyword: string]: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly definitions?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

const Schema: z.ZodType<Schema> = z.record(z.string(), z.unknown()) as never

/** The schema of the values. */
export const schema: Schema = Schema.parse(JSON.parse(chartFile('values.schema.json')))

const resolved = (part: Schema): Schema => {
  const name = typeof part.$ref === 'string' ? part.$ref.replace('#/definitions/', '') : undefined
  return name === undefined ? part : (schema.definitions?.[name] ?? {})
}

/** A value that one keyword refuses and the others do not, or nothing for keywords that refuse nothing. */
function wrongBy(keyword: string, { [keyword]: limit, items }: Schema): unknown {
  switch (keyword) {
    case 'type':
      return limit === 'string' ? 7 : 'of another type'
    case 'pattern':
      return ' not this '
    case 'enum':
      return 'not this'
    case 'minimum':
      return Number(limit) - 1
    case 'maximum':
      return Number(limit) + 1
    case 'additionalProperties':
      return limit === false ? { unknown: true } : { unknown: {} }
    case 'required':
    case 'minProperties':
      return {}
    case 'minItems':
      return []
    case 'uniqueItems': {
      const { enum: values, minimum } = resolved(items ?? {})
      const one = Array.isArray(values) ? values[0] : minimum
      return [one, one]
    }
    default:
      return undefined
  }
}

/** Wraps a value in what is around it: `inside(['a', 0], 1)` is `{ a: [1] }`. */
const inside = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight<unknown>((inner, name) => (name === '0' ? [inner] : { [name]: inner }), value)

/** Every rule of the schema, where values meet it. */
export function rulesOf(part = schema, path: readonly string[] = []): Rule[] {
  const here = resolved(part)
  const at = path.map((name) => `/${name}`).join('')
  const own = Object.keys(here).flatMap((keyword) => {
    const wrong = wrongBy(keyword, here)
    return wrong === undefined ? [] : [{ at, keyword, wrong: inside(path, wrong) }]
  })
  const below = Object.entries(here.properties ?? {}).flatMap(([name, inner]) =>
    rulesOf(inner, [...path, name]),
  )
  return [...own, ...below, ...(here.items ? rulesOf(here.items, [...path, '0']) : [])]
}

/** The names of all values, e.g. `core.replicas`. */
export function namesOf(part = schema, path: readonly string[] = []): string[] {
  const { properties } = resolved(part)
  if (properties === undefined) return [path.join('.')]
  return Object.entries(properties).flatMap(([name, inner]) => namesOf(inner, [...path, name]))
}

/** Every schema of an object, wherever it stands. */
export function objectsOf(part: unknown = schema): Schema[] {
  if (typeof part !== 'object' || part === null) return []
  const below = Object.values(part).flatMap(objectsOf)
  return 'type' in part && part.type === 'object' ? [Schema.parse(part), ...below] : below
}
