import { ObjectId } from 'bson'
import * as z from 'zod'
import type { Collection, Row } from './collection.ts'
import { refusal, ServerError } from './errors.ts'
import { changed, comparator, matcher, projector, upserted } from './query.ts'
import { command, document, parsed } from './requests.ts'
import type { Scope } from './scopes.ts'
import type { Written } from './sessions.ts'
import { matching, type Storage, seenBy, type Transaction } from './storage.ts'
import { assertStorable, compareValues, type Doc } from './values.ts'

/** Runs one command within its scope; the answer goes out with `ok: 1`. */
export type Handler = (received: Doc, scope: Scope, storage: Storage) => Doc | Promise<Doc>

const nothing: Written = { matched: 0, modified: 0 }

/** Errors that concern one write and not its command (manual/reference/command/insert, "writeErrors"). */
const ofOneWrite = new Set(['DuplicateKey', 'ImmutableField', 'TypeMismatch'])

/**
 * Runs the writes of a command; an ordered one ends at the first that fails. In a transaction that is so always,
 * and ends the transaction (mongo/src/mongo/db/ops/write_ops_exec.cpp, handleError).
 */
async function eachWrite(count: number, goesOn: boolean, write: (at: number) => Promise<void>): Promise<Doc> {
  const writeErrors: Doc[] = []
  for (let index = 0; index < count; index += 1) {
    try {
      await write(index)
    } catch (error) {
      if (!(error instanceof ServerError) || !ofOneWrite.has(error.codeName)) throw error
      writeErrors.push({ index, code: error.code, ...error.fields, errmsg: error.message })
      if (!goesOn) break
    }
  }
  return writeErrors.length === 0 ? {} : { writeErrors }
}

/** Adds a document; the server makes the `_id` that is missing and puts it first (manual/reference/command/insert). */
function add(transaction: Transaction, collection: Collection, storage: Storage, given: Doc): Doc {
  const { _id = new ObjectId(), ...rest } = given
  const doc = { _id, ...rest }
  assertStorable(doc)
  storage.write(transaction, collection, null, doc)
  return doc
}

const Insert = command({
  insert: z.string(),
  documents: z.array(document).min(1),
  ordered: z.boolean().default(true),
  bypassDocumentValidation: z.literal(false).optional(),
})

const insert: Handler = async (received, scope, storage) => {
  const { insert: name, $db, documents, ordered } = parsed(Insert, received)
  const collection = storage.collection(`${$db}.${name}`)
  let n = 0
  const errors = await eachWrite(documents.length, !ordered && !scope.inTransaction, async (at) => {
    const doc = documents[at] ?? {}
    await scope.write(at, (transaction) => {
      add(transaction, collection, storage, doc)
      return nothing
    })
    n += 1
    if (documents.length > 1) await scope.pause()
  })
  return { n, ...errors }
}

type Found = { readonly row: Row; readonly doc: Doc }

const found = (transaction: Transaction, collection: Collection, filter: Doc, sort?: Doc): Found[] => {
  const rows = [...matching(transaction, collection, filter, matcher(filter))]
  if (sort === undefined) return rows
  const order = comparator(sort)
  return rows.sort((left, right) => order(left.doc, right.doc))
}

/** Several documents are written one by one (manual/core/write-operations-atomicity). */
async function eachRow(
  scope: Scope,
  collection: Collection,
  filter: Doc,
  write: (transaction: Transaction, row: Found) => Written,
): Promise<Written> {
  const matches = matcher(filter)
  const rows = scope.read((transaction) => found(transaction, collection, filter).map(({ row }) => row))
  const total = { matched: 0, modified: 0 }
  for (const row of rows) {
    const { matched, modified } = await scope.write(0, (transaction) => {
      const doc = seenBy(transaction, row)
      return doc === null || !matches(doc) ? nothing : write(transaction, { row, doc })
    })
    total.matched += matched
    total.modified += modified
    await scope.pause()
  }
  return total
}

const changeRow =
  (collection: Collection, storage: Storage, change: Doc) =>
  (transaction: Transaction, { row, doc }: Found): Written & { after: Doc } => {
    const after = changed(doc, change)
    assertStorable(after)
    // What changes nothing is not written and meets no conflict (jira.mongodb.org/browse/SERVER-77616).
    const modified = compareValues(doc, after) === 0 ? 0 : 1
    if (modified === 1) storage.write(transaction, collection, row, after)
    return { matched: 1, modified, after }
  }

const Update = command({
  update: z.string(),
  updates: z
    .array(
      z.strictObject({
        q: document,
        u: document,
        multi: z.boolean().default(false),
        upsert: z.boolean().default(false),
      }),
    )
    .min(1),
  ordered: z.boolean().default(true),
  bypassDocumentValidation: z.literal(false).optional(),
})

const update: Handler = async (received, scope, storage) => {
  const { update: name, $db, updates, ordered, txnNumber } = parsed(Update, received)
  const collection = storage.collection(`${$db}.${name}`)
  const done = { n: 0, nModified: 0 }
  const inserted: Doc[] = []
  const errors = await eachWrite(updates.length, !ordered && !scope.inTransaction, async (index) => {
    const { q, u, multi, upsert } = updates[index] ?? { q: {}, u: {}, multi: false, upsert: false }
    const change = changeRow(collection, storage, u)
    let written: Written
    if (multi) {
      assertNotRetryable(scope, txnNumber)
      if (upsert) throw refusal('an upsert of many')
      if (!Object.keys(u).every((field) => field.startsWith('$'))) {
        throw new ServerError('FailedToParse', 'multi update is not supported for replacement-style update')
      }
      written = await eachRow(scope, collection, q, change)
    } else {
      written = await scope.write(index, (transaction) => {
        const [first] = found(transaction, collection, q)
        if (first !== undefined) return change(transaction, first)
        if (!upsert) return nothing
        const doc = add(transaction, collection, storage, upserted(q, u))
        return { matched: 1, modified: 0, upserted: doc._id }
      })
    }
    done.n += written.matched
    done.nModified += written.modified
    if (written.upserted !== undefined) inserted.push({ index, _id: written.upserted })
  })
  return { ...done, ...(inserted.length > 0 && { upserted: inserted }), ...errors }
}

/** manual/core/retryable-writes, "Retryable Write Operations": single-document writes only. */
function assertNotRetryable(scope: Scope, txnNumber: number | undefined): void {
  if (txnNumber !== undefined && !scope.inTransaction) {
    throw new ServerError('InvalidOptions', 'Cannot use retryable writes with multi=true')
  }
}

const Delete = command({
  delete: z.string(),
  deletes: z.array(z.strictObject({ q: document, limit: z.union([z.literal(0), z.literal(1)]) })).min(1),
  ordered: z.boolean().default(true),
})

const remove: Handler = async (received, scope, storage) => {
  const { delete: name, $db, deletes, ordered, txnNumber } = parsed(Delete, received)
  const collection = storage.collection(`${$db}.${name}`)
  const drop = (transaction: Transaction, { row }: Found): Written => {
    storage.write(transaction, collection, row, null)
    return { matched: 1, modified: 0 }
  }
  let n = 0
  const errors = await eachWrite(deletes.length, !ordered && !scope.inTransaction, async (index) => {
    const { q, limit } = deletes[index] ?? { q: {}, limit: 1 }
    if (limit === 0) assertNotRetryable(scope, txnNumber)
    const { matched } =
      limit === 0
        ? await eachRow(scope, collection, q, drop)
        : await scope.write(index, (transaction) => {
            const [first] = found(transaction, collection, q)
            return first === undefined ? nothing : drop(transaction, first)
          })
    n += matched
  })
  return { n, ...errors }
}

const FindAndModify = command({
  findAndModify: z.string(),
  query: document.default({}),
  sort: document.optional(),
  update: document.optional(),
  remove: z.boolean().default(false),
  new: z.boolean().default(false),
  upsert: z.boolean().default(false),
  fields: document.default({}),
})

/** manual/reference/command/findAndModify, "Output". */
const findAndModify: Handler = async (received, scope, storage) => {
  const asked = parsed(FindAndModify, received)
  const { query, sort, update: change, upsert } = asked
  if ((change === undefined) !== asked.remove)
    throw new ServerError('FailedToParse', 'either update or remove')
  const collection = storage.collection(`${asked.$db}.${asked.findAndModify}`)
  const project = projector(asked.fields)
  const written = await scope.write(0, (transaction): Written => {
    const [first] = found(transaction, collection, query, sort)
    if (first === undefined) {
      if (!upsert || change === undefined) return nothing
      const doc = add(transaction, collection, storage, upserted(query, change))
      return { matched: 1, modified: 0, upserted: doc._id, value: asked.new ? project(doc) : null }
    }
    if (change === undefined) {
      storage.write(transaction, collection, first.row, null)
      return { matched: 1, modified: 0, value: project(first.doc) }
    }
    const { after, ...result } = changeRow(collection, storage, change)(transaction, first)
    return { ...result, value: project(asked.new ? after : first.doc) }
  })
  const lastErrorObject = {
    n: written.matched,
    ...(!asked.remove && { updatedExisting: written.matched === 1 && written.upserted === undefined }),
    ...(written.upserted !== undefined && { upserted: written.upserted }),
  }
  return { lastErrorObject, value: written.value ?? null }
}

/** The commands that write documents. */
export const writeCommands: Readonly<Record<string, Handler>> = {
  insert,
  update,
  delete: remove,
  findAndModify,
}
