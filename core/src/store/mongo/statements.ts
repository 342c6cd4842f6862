import { changeOf, documentRead, documentToWrite, fieldOf, totalRead } from '../documents.ts'
import { assertLimit, assertSkip, keyTermsOf, termsOf } from '../filters.ts'
import type { CollectionName } from '../schema.ts'
import type { Statements } from '../store.ts'
import { idOf, matchOf, sortOf, totalsOf, updateOf } from './filters.ts'
import type { Raw, Scope } from './scope.ts'

/** A checked statement. */
export interface Statement<Result> {
  readonly name: CollectionName
  /**
   * What it needs outside of transactions: nothing (`read`), a retryable write because it touches one document at
   * most (`single`), or a transaction of its own (`atomic`), because MongoDB writes several documents one by one.
   */
  readonly needs: 'read' | 'single' | 'atomic'
  run(scope: Scope): Promise<Result>
}

/** Decides in which session a statement runs. What `prepare` throws is the statement's failure too. */
export type Execute = <Result>(prepare: () => Statement<Result>) => Promise<Result>

/** The schema has no `_id`: it says nothing that the key does not. */
const projection = { _id: 0 }

type Reads = Pick<Statements, 'get' | 'find' | 'count' | 'total'>
type Writes = Omit<Statements, keyof Reads>

const readsOn = (execute: Execute): Reads => ({
  get: (appId, name, key) =>
    execute(() => {
      const { filter } = matchOf(name, keyTermsOf(appId, name, key))
      return {
        name,
        needs: 'read',
        run: async ({ bounds, collection }) => {
          const options = { ...bounds, projection, limit: 1, batchSize: 2 }
          const [found] = await collection(name).find(filter, options).toArray()
          return found === undefined ? null : documentRead(name, found)
        },
      }
    }),

  find: (scope, name, filter, { limit, skip = 0, ...order }) =>
    execute(() => {
      assertLimit(limit)
      assertSkip(skip)
      if (order.orderBy !== undefined) fieldOf(name, order.orderBy)
      const match = matchOf(name, termsOf(scope, name, filter))
      return {
        name,
        needs: 'read',
        run: async ({ bounds, collection }) => {
          // One command brings them all: the server's first batch is 101 otherwise, and a batch as large as the
          // limit may leave a cursor behind that must be closed (specifications, crud.md, "Combining Limit and Batch Size").
          const sort = sortOf(name, order)
          const options = { ...bounds, projection, limit, skip, batchSize: limit + 1, sort }
          const found = await collection(name).find(match.filter, options).toArray()
          return found.map((doc) => documentRead(name, doc))
        },
      }
    }),

  count: (scope, name, filter) =>
    execute(() => {
      const match = matchOf(name, termsOf(scope, name, filter))
      return {
        name,
        needs: 'read',
        run: ({ bounds, collection }) => collection(name).countDocuments(match.filter, bounds),
      }
    }),

  total: (scope, name, filter, { by, sum, limit }) =>
    execute(() => {
      assertLimit(limit)
      for (const named of sum === undefined ? by : [...by, sum]) fieldOf(name, named)
      const match = matchOf(name, termsOf(scope, name, filter))
      return {
        name,
        needs: 'read',
        run: async ({ bounds, collection }) => {
          const pipeline = totalsOf(match, { by, sum, limit })
          // One command brings them all, as in `find`.
          const options = { ...bounds, batchSize: limit + 1 }
          const groups = await collection(name).aggregate(pipeline, options).toArray()
          return groups.map(({ row }) => totalRead(name, by, row))
        },
      }
    }),
})

const insertOf = (name: CollectionName, docs: readonly Raw[]): Statement<void> => ({
  name,
  needs: docs.length > 1 ? 'atomic' : docs.length === 1 ? 'single' : 'read',
  run: async ({ bounds, collection }) => {
    const [first, ...others] = docs
    if (first === undefined) return
    if (others.length === 0) await collection(name).insertOne(first, bounds)
    else await collection(name).insertMany(docs, { ...bounds, ordered: true })
  },
})

const writesOn = (execute: Execute): Writes => ({
  insert: (appId, name, given) =>
    execute(() => {
      const docs = Array.isArray(given) ? given : [given]
      const checked = docs.map((doc) => documentToWrite(appId, name, doc))
      return insertOf(
        name,
        checked.map((doc) => ({ _id: idOf(name, doc), ...doc })),
      )
    }),

  updateIf: (appId, name, filter, change) =>
    execute(() => {
      const match = matchOf(name, termsOf(appId, name, filter))
      const update = updateOf(changeOf(name, change))
      return {
        name,
        needs: match.isOne ? 'single' : 'atomic',
        run: async ({ bounds, collection }) => {
          const { matchedCount } = match.isOne
            ? await collection(name).updateOne(match.filter, update, bounds)
            : await collection(name).updateMany(match.filter, update, bounds)
          return matchedCount
        },
      }
    }),

  putIf: (appId, name, doc, when) =>
    execute(() => {
      const checked = documentToWrite(appId, name, doc)
      const match = matchOf(name, termsOf(appId, name, when))
      return {
        name,
        // Beside a transaction, an upsert may be told of a duplicate that was inserted this moment and does match.
        needs: 'atomic',
        run: async ({ bounds, collection }) => {
          // A document of that key which does not match is not found, and the insert then meets its `_id`.
          const filter = { ...match.filter, _id: idOf(name, checked) }
          await collection(name).replaceOne(filter, { ...checked }, { ...bounds, upsert: true })
        },
      }
    }),

  delete: (appId, name, filter) =>
    execute(() => {
      const match = matchOf(name, termsOf(appId, name, filter))
      return {
        name,
        needs: match.isOne ? 'single' : 'atomic',
        run: async ({ bounds, collection }) => {
          const { deletedCount } = match.isOne
            ? await collection(name).deleteOne(match.filter, bounds)
            : await collection(name).deleteMany(match.filter, bounds)
          return deletedCount
        },
      }
    }),
})

/** The statements of the port, run as `execute` decides. */
export const statementsOn = (execute: Execute): Statements => ({ ...readsOn(execute), ...writesOn(execute) })
