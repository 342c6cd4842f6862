import fc from 'fast-check'
import * as z from 'zod'
import { memberNames, numbers, texts, times } from './hostile.ts'

/** A schema of the contract as JSON Schema tells it: what it refines is in no schema of that kind. */
export type Schema = z.core.JSONSchema.BaseSchema

export const schemaOf = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })

/** Values that mean something to the service where they stand under a name: ids of what is there. */
export type Known = Readonly<Record<string, unknown>>

const one = (schema: z.core.JSONSchema._JSONSchema | undefined): Schema =>
  typeof schema === 'object' ? schema : {}
const branchesOf = (schema: Schema): Schema[] => [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].map(one)
const typesOf = ({ type }: Schema): readonly string[] => (type === undefined ? [] : [type].flat())
const propertiesOf = (schema: Schema) => Object.entries(schema.properties ?? {})

/** Texts of every form that the contract has a pattern for. */
const forms: readonly string[] = [
  ...['x-1', 'EUR', '2027-01-16T14:00:00Z', 'https://shop.example', 'eve@holdfast.test', '203.0.113.0/24'],
  ...[
    '2001:db8::/48',
    'k'.repeat(40),
    'guest:g-1',
    `hold_${'x'.repeat(22)}.1.2`,
    `msg_${'x'.repeat(22)}`,
    '1',
    '123456',
    '12345678',
  ],
]

function fits(
  { pattern, format, minLength = 0, maxLength = 5_000, ...schema }: Schema,
  text: string,
): boolean {
  if (schema.enum && !schema.enum.includes(text)) return false
  if (schema.const !== undefined && schema.const !== text) return false
  if (format === 'date-time' && !/^\d{4}-.*T.*Z$/.test(text)) return false
  if (pattern && !new RegExp(pattern, 'u').test(text)) return false
  return text.length >= minLength && text.length <= maxLength
}

/** One value with every member that a schema has; `good` is what of it is known to be granted. */
export function fullOf(schema: Schema, good: unknown, known: Known, name = ''): unknown {
  const branches = branchesOf(schema)
  if (branches.length > 0) {
    const wanted = good instanceof Object ? Object.keys(good) : []
    const fitting = branches.find(
      (branch) => wanted.length > 0 && wanted.every((key) => key in (branch.properties ?? {})),
    )
    return fullOf(fitting ?? branches[0] ?? {}, good, known, name)
  }
  if (schema.properties) {
    const given = good instanceof Object ? (good as Record<string, unknown>) : {}
    const members = propertiesOf(schema).map(([key, member]) => [
      key,
      fullOf(one(member), given[key], known, key),
    ])
    return { ...given, ...Object.fromEntries(members) }
  }
  if (schema.items) {
    const list = Array.isArray(good) ? good : [known[name]]
    return list.map((member) => fullOf(one(schema.items as Schema), member, known, name))
  }
  if (good !== undefined || (name in known && known[name] === undefined)) return good
  const [type] = typesOf(schema)
  if (known[name] !== undefined && (typeof known[name] === type || type === 'integer')) return known[name]
  if (schema.default !== undefined) return schema.default
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (type === 'boolean') return false
  if (type === 'object') return { note: 'aisle' }
  if (type === 'integer' || type === 'number') return Math.max(schema.minimum ?? 10, 0)
  return forms.find((text) => fits(schema, text))
}

const text = fc.oneof(
  fc.constantFrom(...texts),
  fc.string({ unit: 'grapheme', maxLength: 70 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

/** Values that a schema allows, as far as JSON Schema can say it. */
export function validOf(schema: Schema, known: Known, name = ''): fc.Arbitrary<unknown> {
  const branches = branchesOf(schema)
  if (branches.length > 0) return fc.oneof(...branches.map((branch) => validOf(branch, known, name)))
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.const !== undefined) return fc.constant(schema.const)
  const [type, ...more] = typesOf(schema)
  if (more.length > 0)
    return fc.oneof(
      ...[type, ...more].map((each) => validOf({ ...schema, type: each as never }, known, name)),
    )
  switch (type) {
    case 'object':
      return objectOf(schema, known)
    case 'array': {
      const { minItems: minLength = 0, maxItems = 5 } = schema
      return fc.array(validOf(one(schema.items as Schema), known, name), {
        minLength,
        maxLength: Math.min(maxItems, 5),
        size: 'max',
      })
    }
    case 'integer':
    case 'number':
      return numberOf(schema)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'string':
      return textOf(schema, known[name])
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function objectOf(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const members = propertiesOf(schema).map(
    ([key, member]) => [key, validOf(one(member), known, key)] as const,
  )
  const requiredKeys = schema.required ?? []
  if (members.length > 0 || schema.additionalProperties === false)
    return fc.record(Object.fromEntries(members), { requiredKeys } as never)
  const more = schema.additionalProperties
  const value = typeof more === 'object' ? validOf(more, known) : fc.jsonValue({ maxDepth: 2 })
  const names = fc.oneof(fc.constantFrom(...memberNames, 'Stalls'), fc.string({ unit: 'grapheme' }))
  return fc.array(fc.tuple(names, value), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs))
}

function numberOf({
  type,
  minimum = -1e9,
  maximum = 2 ** 53,
  exclusiveMinimum,
}: Schema): fc.Arbitrary<unknown> {
  const isWhole = type === 'integer'
  const fitting = numbers.filter(
    (n) =>
      typeof n === 'number' &&
      n >= minimum &&
      n <= maximum &&
      (typeof exclusiveMinimum !== 'number' || n > exclusiveMinimum) &&
      (!isWhole || Number.isSafeInteger(n)),
  )
  return fc.oneof(
    fc.constantFrom(...fitting, minimum, maximum),
    fc.integer({ min: Math.max(minimum, 0), max: Math.min(maximum, 1e6) }),
  )
}

/** Of any other form than those of ids the texts are generated; of these there are enough above. */
const isFree = ({ pattern, enum: words }: Schema): boolean =>
  words === undefined && (pattern === undefined || pattern.startsWith('^[^'))

function textOf(schema: Schema, known: unknown): fc.Arbitrary<unknown> {
  if (schema.format === 'date-time') return fc.constantFrom(...times)
  const own = [known, ...forms, ...texts].filter((each) => typeof each === 'string' && fits(schema, each))
  if (!isFree(schema)) return fc.constantFrom(...own)
  return fc.oneof(
    fc.constantFrom(...own),
    text.map((each) => (fits(schema, each) ? each : 'x-1')),
  )
}
