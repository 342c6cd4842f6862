import * as z from 'zod'
import type { Collection, IndexSpec } from './collection.ts'
import type { Handler } from './crud.ts'
import { refusal, ServerError } from './errors.ts'
import { wholeCursor } from './reads.ts'
import { command, parsed } from './requests.ts'
import { type Doc, shown } from './values.ts'

const Create = command({ create: z.string() })
const Drop = command({ drop: z.string() })
const ListIndexes = command({ listIndexes: z.string(), cursor: z.strictObject({}).optional() })
const ListCollections = command({
  listCollections: z.literal(1),
  filter: z.strictObject({ name: z.string().optional() }).default({}),
  cursor: z.strictObject({ batchSize: z.int().optional() }).default({}),
  nameOnly: z.boolean().default(false),
  authorizedCollections: z.boolean().optional(),
})
const CreateIndexes = command({
  createIndexes: z.string(),
  indexes: z.array(
    z.strictObject({
      name: z.string(),
      key: z.record(z.string(), z.union([z.literal(1), z.literal(-1)])),
      unique: z.boolean().optional(),
      expireAfterSeconds: z.int().nonnegative().optional(),
      v: z.literal(2).optional(),
    }),
  ),
})

const DropIndexes = command({ dropIndexes: z.string(), index: z.string() })

const missing = (namespace: string): ServerError =>
  new ServerError('NamespaceNotFound', `ns does not exist: ${namespace}`)

const create: Handler = (received, _, storage) => {
  const { create: name, $db } = parsed(Create, received)
  const namespace = `${$db}.${name}`
  if (storage.collections.has(namespace)) {
    throw new ServerError('NamespaceExists', `Collection ${namespace} already exists.`)
  }
  storage.collection(namespace)
  return {}
}

/** Waits for transactions in MongoDB, which this server refuses to imitate (manual/reference/command/drop). */
const drop: Handler = (received, _, storage) => {
  const { drop: name, $db } = parsed(Drop, received)
  const namespace = `${$db}.${name}`
  const collection = storage.collections.get(namespace)
  if (collection === undefined) throw missing(namespace)
  assertUnused(collection)
  storage.collections.delete(namespace)
  return { ns: namespace, nIndexesWas: collection.indexes.length }
}

const isUsed = ({ rows }: Collection): boolean => [...rows].some(({ pending }) => pending !== undefined)

function assertUnused(collection: Collection): void {
  if (isUsed(collection)) throw refusal('dropping what an open transaction has written')
}

/** The same key and options under one name, or a conflict (manual/reference/command/createIndexes, "Behaviors"). */
function isThere(collection: Collection, wanted: IndexSpec): boolean {
  const optionsOf = ({ key, unique, expireAfterSeconds }: IndexSpec): string =>
    JSON.stringify([Object.entries(key), unique ?? false, expireAfterSeconds])
  for (const { spec } of collection.indexes) {
    const same = optionsOf(spec) === optionsOf(wanted)
    if (spec.name === wanted.name && same) return true
    if (spec.name === wanted.name) {
      throw new ServerError(
        'IndexKeySpecsConflict',
        `An existing index has the same name as the requested index: ${spec.name}`,
      )
    }
    if (shown(spec.key) === shown(wanted.key)) {
      throw new ServerError(
        'IndexOptionsConflict',
        `Index already exists with a different name: ${spec.name}`,
      )
    }
  }
  return false
}

/**
 * What is there already needs no lock; a new index waits for open transactions (manual/core/transactions-operations).
 * The background deletion that `expireAfterSeconds` asks for does not run here; it has no guaranteed moment.
 */
const createIndexes: Handler = async (received, scope, storage) => {
  const { createIndexes: name, $db, indexes } = parsed(CreateIndexes, received)
  const namespace = `${$db}.${name}`
  const createdCollectionAutomatically = !storage.collections.has(namespace)
  const collection = storage.collection(namespace)
  const isNew = indexes.some((wanted) => !isThere(collection, wanted))
  while (isNew && isUsed(collection)) await scope.pause()
  const numIndexesBefore = collection.indexes.length
  for (const spec of indexes.filter((wanted) => !isThere(collection, wanted))) {
    const index = collection.buildIndex(spec)
    const keys = new Set<string>()
    for (const row of collection.rows) {
      // Older versions, too: an open transaction may see them.
      for (const { doc } of row.versions) if (doc !== null) index.add(row, doc)
      const doc = row.versions.at(-1)?.doc ?? null
      if (doc === null || !index.unique) continue
      if (keys.has(index.keyOf(doc))) throw index.duplicate(doc)
      keys.add(index.keyOf(doc))
    }
    collection.addIndex(index)
  }
  const numIndexesAfter = collection.indexes.length
  return {
    numIndexesBefore,
    numIndexesAfter,
    createdCollectionAutomatically,
    ...(numIndexesBefore === numIndexesAfter && { note: 'all indexes already exist' }),
  }
}

/** One index by its name (manual/reference/command/dropIndexes). */
const dropIndexes: Handler = (received, _, storage) => {
  const { dropIndexes: name, $db, index } = parsed(DropIndexes, received)
  const collection = storage.collections.get(`${$db}.${name}`)
  if (collection === undefined) throw missing(`${$db}.${name}`)
  assertUnused(collection)
  const nIndexesWas = collection.indexes.length
  if (!collection.removeIndex(index)) {
    throw new ServerError('IndexNotFound', `index not found with name [${index}]`)
  }
  return { nIndexesWas }
}

const listIndexes: Handler = (received, _, storage) => {
  const { listIndexes: name, $db } = parsed(ListIndexes, received)
  const collection = storage.collections.get(`${$db}.${name}`)
  if (collection === undefined) throw missing(`${$db}.${name}`)
  const specs = collection.indexes.map(({ spec }): Doc => ({ v: 2, ...spec }))
  return wholeCursor(`${$db}.${name}`, specs)
}

const listCollections: Handler = (received, _, storage) => {
  const { $db, filter, nameOnly } = parsed(ListCollections, received)
  const names = [...storage.collections.keys()]
    .filter((namespace) => namespace.startsWith(`${$db}.`))
    .map((namespace) => namespace.slice($db.length + 1))
    .filter((name) => filter.name === undefined || filter.name === name)
  const full = { options: {}, info: { readOnly: false } }
  return wholeCursor(
    `${$db}.$cmd.listCollections`,
    names.map((name): Doc => ({ name, type: 'collection', ...(!nameOnly && full) })),
  )
}

/** The commands that make, show and drop collections and indexes; none of them runs in a transaction here. */
export const catalogCommands: Readonly<Record<string, Handler>> = {
  create,
  drop,
  createIndexes,
  dropIndexes,
  listIndexes,
  listCollections,
}
