import { Long } from 'bson'
import * as z from 'zod'
import type { Handler } from './crud.ts'
import { refusal, ServerError } from './errors.ts'
import { comparator, matcher, projector, valueAt } from './query.ts'
import { command, document, parsed } from './requests.ts'
import { matching } from './storage.ts'
import { type Doc, isDoc, keyOf, shown } from './values.ts'

/** The first batch of a cursor without a `batchSize` (manual/core/cursors, "Cursor Batches"). */
const firstBatchDefault = 101

const count = z.int().nonnegative()

const Find = command({
  find: z.string(),
  filter: document.default({}),
  sort: document.optional(),
  projection: document.default({}),
  skip: count.default(0),
  limit: count.default(0),
  batchSize: count.default(firstBatchDefault),
  singleBatch: z.boolean().default(false),
})

const GetMore = command({
  getMore: z.union([z.int(), z.instanceof(Long)]),
  collection: z.string(),
  batchSize: count.optional(),
})

const KillCursors = command({
  killCursors: z.string(),
  cursors: z.array(z.union([z.int(), z.instanceof(Long)])),
})

const Aggregate = command({
  aggregate: z.string(),
  pipeline: z.array(document),
  cursor: z.strictObject({ batchSize: count.optional() }),
})

/** What `countDocuments` sends, and no other pipeline (manual/reference/method/db.collection.countDocuments). */
const CountPipeline = z.union([
  z.tuple([
    z.strictObject({ $match: document }),
    z.strictObject({
      $group: z.strictObject({ _id: z.literal(1), n: z.strictObject({ $sum: z.literal(1) }) }),
    }),
  ]),
  z.tuple([z.strictObject({ $match: document }), z.strictObject({ $count: z.literal('n') })]),
])

const sumOf = z.union([z.int(), z.string().regex(/^\$\w+$/)])

/** What the store's totals send: sums for each combination of top-level fields (manual/reference/operator/aggregation/group). */
const TotalPipeline = z.tuple([
  z.strictObject({ $match: document }),
  z.strictObject({
    $group: z.strictObject({
      _id: z.record(z.string(), z.string().regex(/^\$\w+$/)),
      count: z.strictObject({ $sum: z.literal(1) }),
      sum: z.strictObject({ $sum: sumOf }),
    }),
  }),
  z.strictObject({ $sort: z.strictObject({ count: z.literal(-1), _id: z.literal(1) }) }),
  z.strictObject({ $limit: z.int().positive() }),
  z.strictObject({ $project: z.strictObject({ _id: z.literal(0), row: z.array(z.string()) }) }),
])

/** The rows of such a pipeline. What is no number adds nothing (manual/reference/operator/aggregation/sum). */
function totals(
  docs: readonly Doc[],
  [, { $group }, { $sort }, { $limit }, { $project }]: z.output<typeof TotalPipeline>,
): Doc[] {
  const groups = new Map<string, { _id: Doc; count: number; sum: number }>()
  const of = $group.sum.$sum
  for (const doc of docs) {
    const _id = Object.fromEntries(
      Object.entries($group._id).map(([as, from]) => [as, valueAt(doc, from.slice(1))]),
    )
    const group = groups.get(keyOf(_id)) ?? { _id, count: 0, sum: 0 }
    const by = typeof of === 'number' ? of : valueAt(doc, of.slice(1))
    group.count += 1
    group.sum += typeof by === 'number' ? by : 0
    groups.set(keyOf(_id), group)
  }
  const told = (group: Doc, path: string): unknown =>
    path.startsWith('$_id.')
      ? isDoc(group._id)
        ? (group._id[path.slice(5)] ?? null)
        : null
      : group[path.slice(1)]
  return [...groups.values()]
    .toSorted(comparator($sort))
    .slice(0, $limit)
    .map((group) => ({ row: $project.row.map((path) => told(group, path)) }))
}

/** An answer that holds a cursor and everything it will ever give. */
export const wholeCursor = (namespace: string, firstBatch: readonly Doc[]): Doc => ({
  cursor: { firstBatch, id: Long.ZERO, ns: namespace },
})

interface Cursor {
  readonly namespace: string
  readonly rest: Doc[]
}

/**
 * The commands that read. A cursor gives what was there when it was opened; MongoDB's may also show what was
 * written meanwhile (manual/core/cursors, "Cursor Isolation").
 */
export function createReads() {
  const cursors = new Map<number, Cursor>()
  let lastCursor = 0

  const find: Handler = (received, scope, storage) => {
    const {
      find: name,
      $db,
      filter,
      sort,
      projection,
      skip,
      limit,
      batchSize,
      singleBatch,
    } = parsed(Find, received)
    const namespace = `${$db}.${name}`
    const collection = storage.collections.get(namespace)
    const [matches, project] = [matcher(filter), projector(projection)]
    const order = sort && comparator(sort)
    const docs = scope.read((transaction) =>
      collection === undefined
        ? []
        : [...matching(transaction, collection, filter, matches)].map(({ doc }) => doc),
    )
    if (order !== undefined) docs.sort(order)
    const wanted = docs.slice(skip, limit === 0 ? undefined : skip + limit).map(project)
    const rest = wanted.slice(batchSize)
    if (rest.length === 0 || singleBatch) return wholeCursor(namespace, wanted.slice(0, batchSize))
    lastCursor += 1
    cursors.set(lastCursor, { namespace, rest })
    return {
      cursor: { firstBatch: wanted.slice(0, batchSize), id: Long.fromNumber(lastCursor), ns: namespace },
    }
  }

  const getMore: Handler = (received) => {
    const { getMore: wide, collection, $db, batchSize } = parsed(GetMore, received)
    const id = Number(wide)
    const cursor = cursors.get(id)
    if (cursor === undefined || cursor.namespace !== `${$db}.${collection}`) {
      throw new ServerError('CursorNotFound', `cursor id ${id} not found`)
    }
    const nextBatch = cursor.rest.splice(0, batchSize ?? cursor.rest.length)
    const over = cursor.rest.length === 0
    if (over) cursors.delete(id)
    return { cursor: { nextBatch, id: over ? Long.ZERO : Long.fromNumber(id), ns: cursor.namespace } }
  }

  const killCursors: Handler = (received) => {
    const ids = parsed(KillCursors, received).cursors
    const cursorsKilled = ids.filter((id) => cursors.delete(Number(id)))
    const cursorsNotFound = ids.filter((id) => !cursorsKilled.includes(id))
    return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [] }
  }

  const aggregate: Handler = (received, scope, storage) => {
    const { aggregate: name, $db, pipeline } = parsed(Aggregate, received)
    const summing = TotalPipeline.safeParse(pipeline)
    if (summing.success) {
      const filter = summing.data[0].$match
      const namespace = `${$db}.${name}`
      const collection = storage.collections.get(namespace)
      const matches = matcher(filter)
      const docs = scope.read((transaction) =>
        collection === undefined
          ? []
          : [...matching(transaction, collection, filter, matches)].map(({ doc }) => doc),
      )
      return wholeCursor(namespace, totals(docs, summing.data))
    }
    const known = CountPipeline.safeParse(pipeline)
    if (!known.success) throw refusal(`the pipeline ${pipeline.filter(isDoc).map(shown).join()}`)
    const filter = known.data[0].$match
    const namespace = `${$db}.${name}`
    const collection = storage.collections.get(namespace)
    const matches = matcher(filter)
    const n = scope.read((transaction) =>
      collection === undefined ? 0 : [...matching(transaction, collection, filter, matches)].length,
    )
    const total = '$group' in known.data[1] ? { _id: 1, n } : { n }
    // A group of nothing is no group at all (manual/reference/operator/aggregation/group).
    return wholeCursor(namespace, n === 0 ? [] : [total])
  }

  return { find, getMore, killCursors, aggregate } satisfies Readonly<Record<string, Handler>>
}
