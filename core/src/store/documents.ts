import type { AppId } from '@holdfast/contract'
import * as z from 'zod'
import { type CollectionName, type Documents, schema } from './schema.ts'
import { type Change, type Entry, StoreError, type TextField, type Total } from './store.ts'

/**
 * A checked copy of a document that is about to be written.
 * @throws TypeError when it does not fit its schema or belongs to another app.
 */
export function documentToWrite<Name extends CollectionName>(
  appId: AppId,
  name: Name,
  doc: Documents[Name],
): Documents[Name] {
  const parsed = schema[name].doc.safeParse(doc)
  if (!parsed.success) throw new TypeError(`no document of ${name}: ${z.prettifyError(parsed.error)}`)
  if (parsed.data.appId !== appId) {
    throw new TypeError(`a document of app ${parsed.data.appId} was given to a call for app ${appId}`)
  }
  return parsed.data
}

/**
 * The document in what a database gave back.
 * @throws StoreError `unusable` when it does not fit its schema: somebody else wrote it, or the file is damaged.
 */
export function documentRead<Name extends CollectionName>(name: Name, stored: unknown): Documents[Name] {
  const parsed = schema[name].doc.safeParse(stored)
  if (parsed.success) return parsed.data
  const key = z.record(z.string(), z.unknown()).safeParse(stored)
  const named = key.success ? schema[name].key.map((field) => String(key.data[field])).join(' / ') : '?'
  throw new StoreError(
    'unusable',
    `the document ${named} of ${name} does not fit its schema: ${z.prettifyError(parsed.error)}`,
  )
}

/**
 * The document in what a database gave back, with its collection.
 * @throws StoreError as `documentRead`
 */
export const entryRead = (name: CollectionName, stored: unknown): Entry =>
  // The two belong together, which the type of a union cannot say.
  ({ collection: name, doc: documentRead(name, stored) }) as Entry

/** A total in the list that a database gave back: the values of the fields, the count, the sum. */
export function totalRead<Name extends CollectionName, By extends TextField<Documents[Name]>>(
  name: Name,
  by: readonly By[],
  row: unknown,
): Total<Documents[Name], By> {
  const values = z.array(z.unknown()).parse(row)
  const shape = Object.fromEntries(by.map((field) => [field, fieldOf(name, field)]))
  const group = z.object(shape).safeParse(Object.fromEntries(by.map((field, at) => [field, values[at]])))
  const numbers = z.tuple([z.number(), z.number()]).safeParse(values.slice(by.length))
  if (!group.success || !numbers.success) {
    throw new StoreError('unusable', `a total of ${name} does not fit its schema`)
  }
  const [count, sum] = numbers.data
  return { group: group.data as Pick<Documents[Name], By>, count, sum }
}

/** What `schema` says of one field, by its name. */
export function fieldOf(name: CollectionName, field: string): z.ZodType {
  const shape: Readonly<Record<string, z.ZodType>> = schema[name].doc.shape
  const found = Object.hasOwn(shape, field) ? shape[field] : undefined
  if (found === undefined) throw new TypeError(`${name} has no field ${JSON.stringify(field)}`)
  return found
}

/**
 * A value as the schema of its field gives it back.
 * @throws TypeError when it does not fit.
 */
export function fieldValue(name: CollectionName, field: string, value: unknown): unknown {
  const parsed = fieldOf(name, field).safeParse(value)
  if (!parsed.success) throw new TypeError(`no value of ${name}.${field}: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** A checked change: each field stands in it once. */
export interface CheckedChange {
  readonly set: readonly { readonly field: string; readonly value: unknown }[]
  readonly inc: readonly { readonly field: string; readonly by: number }[]
}

/**
 * The fields of a change, checked.
 * @throws TypeError when there are none, one stands in it twice, is part of the key, or does not fit the schema.
 */
export function changeOf<Name extends CollectionName>(name: Name, change: Change<Name>): CheckedChange {
  const values: [string, unknown][] = Object.entries(change.set ?? {})
  const steps: [string, unknown][] = Object.entries(change.inc ?? {})
  const fields = [...values, ...steps].map(([field]) => field)
  const key: readonly string[] = schema[name].key
  if (fields.length === 0) throw new TypeError(`a change of ${name} changes nothing`)
  if (new Set(fields).size < fields.length) throw new TypeError(`a change of ${name} names a field twice`)
  const fixed = fields.find((field) => key.includes(field))
  if (fixed !== undefined) throw new TypeError(`${name}.${fixed} is part of the key and never changes`)
  return {
    set: values.map(([field, value]) => ({ field, value: fieldValue(name, field, value) })),
    inc: steps.map(([field, by]) => {
      fieldOf(name, field)
      if (typeof by !== 'number' || !Number.isSafeInteger(by)) {
        throw new TypeError(`${name}.${field} can be increased by an integer only`)
      }
      return { field, by }
    }),
  }
}
