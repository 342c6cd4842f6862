import type { Db } from 'mongodb'
import type { DroppedIndexes } from '../formats/steps.ts'
import { type CollectionName, collectionNames } from '../schema.ts'
import { StoreError } from '../store.ts'
import { isIndexConflict, isNamespaceTaken, storeErrorOf } from './errors.ts'
import { indexesOf } from './layout.ts'
import { indexesIn } from './server.ts'

/** Makes the collections that are missing. */
export async function makeCollections(db: Db): Promise<void> {
  for (const name of collectionNames) {
    await db.createCollection(name).catch((error: unknown) => {
      if (!isNamespaceTaken(error)) throw storeErrorOf(error, name, false)
    })
  }
}

/** Makes the indexes of a collection that are missing. */
async function makeIndexesOf(db: Db, name: CollectionName): Promise<void> {
  try {
    await db.collection(name).createIndexes([...indexesOf(name)])
  } catch (cause) {
    if (!isIndexConflict(cause)) throw storeErrorOf(cause, name, false)
    const reason = cause instanceof Error ? cause.message : ''
    throw new StoreError(
      'unusable',
      `${name} has another index in the way: drop it, then migrate again (${reason})`,
      { cause },
    )
  }
}

/** Makes the indexes that are missing, and touches none that is there. */
export async function makeIndexes(db: Db): Promise<void> {
  for (const name of collectionNames) await makeIndexesOf(db, name)
}

/** Removes these indexes where they are. */
export async function dropIndexes(db: Db, names: DroppedIndexes): Promise<void> {
  for (const [name, indexes] of Object.entries(names)) {
    const there = await indexesIn(db, name)
    for (const index of indexes.filter((one) => there?.some(({ name: own }) => own === one))) {
      await db
        .collection(name)
        .dropIndex(index)
        .catch((error: unknown) => {
          throw storeErrorOf(error, null, false)
        })
    }
  }
}
