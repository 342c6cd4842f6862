import { metaOf } from '@holdfast/core/src/store/formats/meta.ts'
import { currentFormat } from '@holdfast/core/src/store/formats/steps.ts'
import { indexesOf } from '@holdfast/core/src/store/mongo/layout.ts'
import { migrateMongo } from '@holdfast/core/src/store/mongo/migrate.ts'
import { openMongoStore } from '@holdfast/core/src/store/mongo.ts'
import { collectionNames } from '@holdfast/core/src/store/schema.ts'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Mongo, startMongo } from '../../support/mongo/index.ts'

let mongo: Mongo
let client: MongoClient
beforeAll(async () => {
  mongo = await startMongo()
  client = new MongoClient(mongo.url)
})
afterAll(async () => {
  await client.close()
  await mongo.stop()
})

const newDatabase = () => `holdfast_${crypto.randomUUID().slice(0, 8)}`
const unusable = (message: RegExp) => ({ code: 'unusable', message: expect.stringMatching(message) })

test('a database that nobody has migrated is refused by name, and nothing is made in it', async () => {
  const database = newDatabase()
  await expect(openMongoStore({ url: mongo.url, database })).rejects.toMatchObject(
    unusable(new RegExp(`${database} lacks .*bookings.*: run npm run -w core migrate`)),
  )
  expect(await client.db(database).listCollections().toArray()).toEqual([])
})

test('a missing index is named', async () => {
  const database = newDatabase()
  const all = indexesOf('bookings')
  for (const name of collectionNames) {
    const indexes = name === 'bookings' ? all.filter((index) => index.name !== 'grant') : indexesOf(name)
    await client.db(database).createCollection(name)
    await client
      .db(database)
      .collection(name)
      .createIndexes([...indexes])
  }
  await client
    .db(database)
    .collection<{ _id: object }>('meta')
    .insertOne({
      _id: { appId: 'system', name: 'store' },
      ...metaOf(currentFormat),
    })
  await expect(openMongoStore({ url: mongo.url, database })).rejects.toMatchObject(
    unusable(/lacks bookings\.grant: run/),
  )
  await migrateMongo({ url: mongo.url, database })
  await (await openMongoStore({ url: mongo.url, database })).close()
})

test('a migration may run again, several at once, and keeps what is there', async () => {
  const database = newDatabase()
  await Promise.all([1, 2, 3].map(() => migrateMongo({ url: mongo.url, database })))
  const own = client.db(database).collection<{ _id: string }>('apps')
  await own.insertOne({ _id: 'kept' })
  await migrateMongo({ url: mongo.url, database })
  expect(await own.countDocuments()).toBe(1)
  const names = (await client.db(database).listCollections().toArray()).map(({ name }) => name)
  expect(names.sort()).toEqual([...collectionNames].sort())
})

test('an index of another kind under a name of ours is told to the operator, and left alone', async () => {
  const database = newDatabase()
  await client.db(database).collection('bookings').createIndex({ total: 1 }, { name: 'grant' })
  await expect(migrateMongo({ url: mongo.url, database })).rejects.toMatchObject(
    unusable(/bookings has another index in the way: drop it/),
  )
  const indexes = await client.db(database).collection('bookings').indexes()
  expect(indexes.find(({ name }) => name === 'grant')?.key).toEqual({ total: 1 })
})

test('an address where nobody is says what to check, in time and without the password', async () => {
  const gone = await startMongo()
  await gone.stop()
  const url = `${gone.url.replace('mongodb://', 'mongodb://app:hunter2@')}&serverSelectionTimeoutMS=200`
  const refusal = await openMongoStore({ url }).catch((error: unknown) => error)
  expect(refusal).toMatchObject({ code: 'unavailable', message: expect.stringMatching(/check STORE_URL/) })
  expect(String(refusal)).not.toContain('hunter2')
})

test('a server that refuses the user says so', async () => {
  const database = newDatabase()
  await migrateMongo({ url: mongo.url, database })
  const store = await openMongoStore({ url: mongo.url, database })
  const unmet = mongo.failPoints.add({
    command: 'find',
    action: { kind: 'fail', when: 'before', code: 13, codeName: 'Unauthorized' },
  })
  await expect(store.get('app_1' as never, 'apps', {})).rejects.toMatchObject(
    unusable(/its role \(readWrite\)/),
  )
  expect(unmet()).toBe(1)
  await store.close()
})
