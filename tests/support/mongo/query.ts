import { Context } from 'mingo/core'
import { $and, $nor, $or } from 'mingo/operators/query'
import { Query } from 'mingo/query'
import { update } from 'mingo/updater'
import { cloneDeep, MingoError, resolve } from 'mingo/util'
import { refusal, ServerError } from './errors.ts'
import { compareValues, type Doc, isDoc, rankOf, shown } from './values.ts'

/** The one value at a path. */
export function valueAt(doc: Doc, path: string): unknown {
  const value: unknown = path.includes('.') ? resolve(doc, path) : doc[path]
  if (Array.isArray(value)) throw refusal(`filters, orders and indexes over lists (${path})`)
  return value
}

type Operand = (value: unknown) => void

const operator =
  (holds: (stored: unknown, operand: unknown) => boolean, check: Operand = () => {}) =>
  (path: string, operand: unknown, _options: unknown) => {
    check(operand)
    return (doc: Doc): boolean => holds(valueAt(doc, path), operand)
  }

/** A range matches values of its operand's type only (manual/reference/method/db.collection.find, "Type Bracketing"). */
const range = (holds: (order: number) => boolean) =>
  operator((stored, operand) => rankOf(stored) === rankOf(operand) && holds(compareValues(stored, operand)))

/** Null equals a missing field (manual/tutorial/query-for-null-fields); documents must agree in order, too. */
const equals = (stored: unknown, operand: unknown): boolean =>
  typeof stored === 'string' && typeof operand === 'string'
    ? stored === operand
    : compareValues(stored, operand) === 0
const isOneOf = (stored: unknown, operand: unknown): boolean =>
  Array.isArray(operand) && operand.some((one) => equals(stored, one))

const list: Operand = (operand) => {
  if (!Array.isArray(operand)) throw new ServerError('BadValue', '$in needs an array')
}

/** Only these operators are known. Mingo's own compare text by UTF-16 units and documents in any order. */
const context = Context.init().addQueryOps({
  $and,
  $or,
  $nor,
  $eq: operator(equals),
  $ne: operator((stored, operand) => !equals(stored, operand)),
  $in: operator(isOneOf, list),
  $nin: operator((stored, operand) => !isOneOf(stored, operand), list),
  $gt: range((order) => order > 0),
  $gte: range((order) => order >= 0),
  $lt: range((order) => order < 0),
  $lte: range((order) => order <= 0),
})

const understood = <Result>(work: () => Result): Result => {
  try {
    return work()
  } catch (error) {
    throw error instanceof MingoError ? refusal(error.message) : error
  }
}

/** The test of a filter. */
export function matcher(filter: Doc): (doc: Doc) => boolean {
  const query = understood(() => new Query(filter, { context }))
  return (doc) => query.test(doc)
}

/** The values that a filter says a field must be equal to, or none when it does not say. */
export function valuesWanted(filter: Doc, field: string): readonly unknown[] | undefined {
  const both = filter.$and
  if (Array.isArray(both)) {
    const found = both.filter(isDoc).map((part) => valuesWanted(part, field))
    return found.find((values) => values !== undefined)
  }
  if (!Object.hasOwn(filter, field)) return undefined
  const wanted = filter[field]
  if (!isDoc(wanted) || !Object.keys(wanted).some((name) => name.startsWith('$'))) return [wanted]
  if (Object.hasOwn(wanted, '$eq')) return [wanted.$eq]
  return Array.isArray(wanted.$in) ? wanted.$in : undefined
}

/** The order of a sort document (manual/reference/method/cursor.sort). */
export function comparator(sort: Doc): (left: Doc, right: Doc) => number {
  const fields = Object.entries(sort)
  for (const [field, direction] of fields) {
    if (direction !== 1 && direction !== -1) throw refusal(`the sort ${shown({ [field]: direction })}`)
  }
  return (left, right) => {
    for (const [field, direction] of fields) {
      const order = compareValues(valueAt(left, field), valueAt(right, field))
      if (order !== 0) return direction === 1 ? order : -order
    }
    return 0
  }
}

/** Only plain inclusion or exclusion of top-level fields (manual/tutorial/project-fields-from-query-results). */
export function projector(projection: Doc): (doc: Doc) => Doc {
  const fields = Object.entries(projection)
  const chosen = fields.filter(([field]) => field !== '_id')
  const includes = chosen.some(([, value]) => value === 1 || value === true)
  const on = includes ? [1, true] : [0, false]
  const plain = ([field, value]: [string, unknown]) =>
    !field.includes('.') && (field === '_id' ? [0, 1, true, false] : on).some((known) => known === value)
  if (!fields.every(plain)) throw refusal(`the projection ${shown(projection)}`)
  const named = new Set(chosen.map(([field]) => field))
  const { _id } = projection
  const idWanted = _id !== 0 && _id !== false
  const idOnly = chosen.length === 0 && (_id === 1 || _id === true)
  return (doc) =>
    Object.fromEntries(
      Object.entries(doc).filter(([field]) => {
        if (field === '_id') return idWanted
        return !idOnly && named.has(field) === includes
      }),
    )
}

const updateOperators = ['$set', '$inc', '$unset', '$setOnInsert']

/** Whether an update names operators; else it is a whole document (manual/reference/command/update, "u"). */
function hasOperators(change: Doc): boolean {
  const names = Object.keys(change)
  const operators = names.filter((name) => name.startsWith('$'))
  if (operators.length > 0 && operators.length < names.length) {
    throw new ServerError('FailedToParse', `unknown top level operator: ${names.join(', ')}`)
  }
  const unknown = operators.find((name) => !updateOperators.includes(name))
  if (unknown !== undefined) throw refusal(`the update operator ${unknown}`)
  return operators.length > 0
}

/** A number is added to numbers and missing fields only (manual/reference/operator/update/inc, "Behavior"). */
function assertNumeric(doc: Doc, steps: unknown): void {
  if (!isDoc(steps)) return
  for (const [path, by] of Object.entries(steps)) {
    const value = valueAt(doc, path)
    if (typeof by !== 'number' || (value !== undefined && typeof value !== 'number')) {
      throw new ServerError(
        'TypeMismatch',
        `Cannot apply $inc to a value of non-numeric type. {_id: ${shown(doc._id)}} has the field '${path}'`,
      )
    }
    const [before, sum] = [value ?? 0, (value ?? 0) + by]
    if (Number.isInteger(before) && Number.isInteger(by) && !Number.isSafeInteger(sum)) {
      throw refusal(`$inc to ${sum}, beyond 2^53`)
    }
  }
}

/** The document after an update; `inserting` when an upsert makes it. */
export function changed(doc: Doc, change: Doc, inserting = false): Doc {
  if (!hasOperators(change)) {
    if (Object.hasOwn(change, '_id') && Object.hasOwn(doc, '_id') && !equals(change._id, doc._id)) {
      throw new ServerError('ImmutableField', "the (immutable) field '_id' was found to have been altered")
    }
    return { ...(Object.hasOwn(doc, '_id') && { _id: doc._id }), ...change }
  }
  const { $setOnInsert, ...always } = change
  const copy: Doc = cloneDeep(doc)
  assertNumeric(copy, always.$inc)
  understood(() => update(copy, always, [], {}, { cloneMode: 'deep' }))
  if (inserting && isDoc($setOnInsert)) {
    understood(() => update(copy, { $set: $setOnInsert }, [], {}, { cloneMode: 'deep' }))
  }
  return copy
}

/** An upsert starts from the equalities of its filter (manual/reference/method/db.collection.update, "Upsert"). */
export function upserted(filter: Doc, change: Doc): Doc {
  const start: Doc = {}
  for (const field of Object.keys(filter)) {
    if (field.startsWith('$') || field.includes('.')) throw refusal(`an upsert by ${field}`)
    const wanted = filter[field]
    const byOperator = isDoc(wanted) && Object.keys(wanted).some((name) => name.startsWith('$'))
    if (!byOperator) start[field] = wanted
    else if (Object.hasOwn(wanted, '$eq')) start[field] = wanted.$eq
  }
  const { _id } = start
  const whole = hasOperators(change) ? start : Object.hasOwn(start, '_id') ? { _id } : {}
  return changed(whole, change, true)
}
