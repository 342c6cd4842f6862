import type { AppId } from '@holdfast/contract'
import { fieldValue } from './documents.ts'
import { type CollectionName, type Documents, schema } from './schema.ts'
import { everyApp, type Filter, type Key, type ReadScope, type Scalar } from './store.ts'

/** One checked condition on one field. */
export type Term =
  | { readonly field: string; readonly test: 'eq' | RangeTest; readonly value: Scalar }
  | { readonly field: string; readonly test: 'in'; readonly values: readonly Scalar[] }

/** The tests of a range. */
export type RangeTest = (typeof rangeTests)[number]
const rangeTests = ['gt', 'gte', 'lt', 'lte'] as const

const isRangeTest = (test: string): test is RangeTest => rangeTests.some((known) => known === test)

const isScalar = (value: unknown): value is Scalar =>
  value === null || value instanceof Date || ['string', 'number', 'boolean'].includes(typeof value)

function scalarOf(name: CollectionName, field: string, value: unknown): Scalar {
  const parsed = fieldValue(name, field, value)
  if (!isScalar(parsed)) throw new TypeError(`${name}.${field} is no single value and cannot be compared`)
  return parsed
}

function termOf(name: CollectionName, field: string, test: string, value: unknown): Term {
  if (test === 'in') {
    if (!Array.isArray(value)) throw new TypeError(`${name}.${field} is compared by "in" with no list`)
    return { field, test, values: value.map((one) => scalarOf(name, field, one)) }
  }
  if (!isRangeTest(test)) throw new TypeError(`${name}.${field} is compared by an unknown test: ${test}`)
  if (value === null) throw new TypeError(`${name}.${field} is compared with null, which has no order`)
  return { field, test, value: scalarOf(name, field, value) }
}

/**
 * The conditions of a filter within its scope, checked: what an adapter translates.
 * @throws TypeError on an unknown field or test, or on a value that does not fit the schema (undefined, NaN).
 */
export function termsOf<Name extends CollectionName>(
  scope: ReadScope,
  name: Name,
  filter: Filter<Documents[Name]>,
): readonly Term[] {
  const terms: Term[] = scope === everyApp ? [] : [{ field: 'appId', test: 'eq', value: scope }]
  const conditions: [string, unknown][] = Object.entries(filter)
  for (const [field, condition] of conditions) {
    if (typeof condition !== 'object' || isScalar(condition)) {
      terms.push({ field, test: 'eq', value: scalarOf(name, field, condition) })
      continue
    }
    const tests = Object.entries(condition)
    if (tests.length === 0) throw new TypeError(`${name}.${field} is compared by no test at all`)
    for (const [test, value] of tests) terms.push(termOf(name, field, test, value))
  }
  return terms
}

/**
 * The conditions of a whole primary key, checked.
 * @throws TypeError when a part is missing or does not fit the schema, or when something else stands in the key.
 */
export function keyTermsOf<Name extends CollectionName>(
  appId: AppId,
  name: Name,
  key: Key<Name>,
): readonly Term[] {
  const parts: Record<string, unknown> = { ...key, appId }
  const fields: readonly string[] = schema[name].key
  if (Object.keys(parts).length > fields.length)
    throw new TypeError(`a key of ${name} is ${fields.join(', ')}`)
  return fields.map((field) => ({ field, test: 'eq', value: scalarOf(name, field, parts[field]) }))
}

/** @throws TypeError when it passes over what cannot be counted. */
export function assertSkip(skip: number): void {
  if (!Number.isSafeInteger(skip) || skip < 0) {
    throw new TypeError(`what is passed over is a whole number, not ${skip}`)
  }
}

/** @throws TypeError when a limit is none. */
export function assertLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new TypeError(`a limit is a positive integer, not ${limit}`)
  }
}
