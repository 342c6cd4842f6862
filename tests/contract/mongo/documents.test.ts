import { MongoServerError } from 'mongodb'
import { describe, expect, test } from 'vitest'
import { failure, newWorld, type Seat } from './fixtures.ts'

interface Key {
  app: string
  id: number
}

const noon = new Date('2026-11-23T12:00:00.000Z')

describe('documents', () => {
  test('come back as they were sent, and one by one from a cursor', async () => {
    const { seats, seen } = await newWorld()
    const docs = Array.from({ length: 250 }, (_, at): Seat => ({ _id: `s${1000 + at}`, index: at, at: noon }))
    expect((await seats.insertMany(docs)).insertedCount).toBe(250)
    expect(await seats.find({}, { sort: { _id: 1 }, batchSize: 100 }).toArray()).toEqual(docs)
    expect(seen).toEqual(['insert', 'find', 'getMore', 'getMore'])
    const cursor = seats.find({}, { batchSize: 2 })
    await cursor.next()
    await cursor.close()
    expect(seen.at(-1)).toBe('killCursors')
    const limited = seats.find(
      {},
      { sort: { index: -1 }, skip: 1, limit: 2, projection: { _id: 0, index: 1 } },
    )
    expect(await limited.toArray()).toEqual([{ index: 248 }, { index: 247 }])
  })

  test('are updated one or many, replaced, upserted and deleted, with the counts of each', async () => {
    const { seats } = await newWorld()
    await seats.insertMany([{ _id: 'a', rev: 1 }, { _id: 'b', rev: 1 }, { _id: 'c' }])
    expect(await seats.updateOne({ rev: 1 }, { $inc: { rev: 1 } })).toMatchObject({
      matchedCount: 1,
      modifiedCount: 1,
    })
    expect(await seats.updateMany({}, { $set: { app: 'x' }, $inc: { rev: 2 } })).toMatchObject({
      matchedCount: 3,
      modifiedCount: 3,
    })
    expect(await seats.updateMany({}, { $set: { app: 'x' } })).toMatchObject({
      matchedCount: 3,
      modifiedCount: 0,
    })
    expect(await seats.find({}, { sort: { _id: 1 } }).toArray()).toEqual([
      { _id: 'a', rev: 4, app: 'x' },
      { _id: 'b', rev: 3, app: 'x' },
      { _id: 'c', app: 'x', rev: 2 },
    ])
    expect((await seats.replaceOne({ _id: 'a' }, { name: 'A' })).modifiedCount).toBe(1)
    const upsert = await seats.replaceOne({ _id: 'd', rev: 7 }, { name: 'D' }, { upsert: true })
    expect(upsert).toMatchObject({ matchedCount: 0, upsertedCount: 1, upsertedId: 'd' })
    expect(await seats.findOne({ _id: 'd' })).toEqual({ _id: 'd', name: 'D' })
    await seats.updateOne({ _id: 'e', rev: 7 }, { $setOnInsert: { name: 'E' } }, { upsert: true })
    expect(await seats.findOne({ name: 'E' })).toEqual({ _id: 'e', rev: 7, name: 'E' })
    expect((await seats.deleteOne({ _id: 'a' })).deletedCount).toBe(1)
    expect((await seats.deleteMany({ app: 'x' })).deletedCount).toBe(2)
    expect(await seats.countDocuments({})).toBe(2)
  })

  test('are found and changed in one step', async () => {
    const { seats } = await newWorld()
    await seats.insertMany([
      { _id: 'a', rev: 1 },
      { _id: 'b', rev: 2 },
    ])
    const inc = { $inc: { rev: 10 } }
    expect(await seats.findOneAndUpdate({}, inc, { sort: { rev: -1 } })).toEqual({ _id: 'b', rev: 2 })
    const after = { returnDocument: 'after', upsert: true } as const
    expect(await seats.findOneAndUpdate({ _id: 'c' }, inc, after)).toEqual({ _id: 'c', rev: 10 })
    expect(await seats.findOneAndUpdate({ _id: 'no' }, inc)).toBeNull()
    expect(await seats.findOneAndDelete({ _id: 'a' })).toEqual({ _id: 'a', rev: 1 })
    expect(await seats.countDocuments({})).toBe(2)
  })

  test('of several writes in one command the first that fails ends an ordered one only', async () => {
    const { seats } = await newWorld()
    await seats.insertOne({ _id: 'b' })
    const docs = () => [{ _id: 'a' }, { _id: 'b' }, { _id: 'c' }]
    await expect(seats.insertMany(docs())).rejects.toMatchObject({ code: 11000, insertedCount: 1 })
    expect(await seats.countDocuments({})).toBe(2)
    await expect(seats.insertMany(docs(), { ordered: false })).rejects.toMatchObject({ insertedCount: 1 })
    expect(await seats.countDocuments({})).toBe(3)
  })

  test('an update of many outside a transaction is not atomic as a whole', async () => {
    const { seats } = await newWorld()
    await seats.insertMany(Array.from({ length: 50 }, (_, at) => ({ _id: `s${at}`, rev: 0 })))
    const counts: number[] = []
    let done = false
    const watch = async () => {
      while (!done) counts.push(await seats.countDocuments({ rev: 1 }))
    }
    const watching = watch()
    await seats.updateMany({}, { $inc: { rev: 1 } })
    done = true
    await watching
    expect(counts.some((count) => count > 0 && count < 50)).toBe(true)
  })
})

describe('filters', () => {
  test('equality, null, lists, ranges and dates match as the manual says', async () => {
    const { seats } = await newWorld()
    const later = new Date(noon.getTime() + 1)
    await seats.insertMany([
      { _id: 'a', index: 1, name: 'x', at: noon },
      { _id: 'b', index: 2, name: null, at: later },
      { _id: 'c', index: 2.5 },
    ])
    const ids = async (filter: object) =>
      (await seats.find(filter, { sort: { _id: 1 } }).toArray()).map(({ _id }) => _id)
    expect(await ids({ index: 2 })).toEqual(['b'])
    expect(await ids({ name: null })).toEqual(['b', 'c'])
    expect(await ids({ name: { $in: ['x', null] } })).toEqual(['a', 'b', 'c'])
    expect(await ids({ name: { $in: [] } })).toEqual([])
    expect(await ids({ index: { $gte: 2, $lt: 2.5 } })).toEqual(['b'])
    expect(await ids({ index: { $gt: 1 } })).toEqual(['b', 'c'])
    expect(await ids({ name: { $gt: 'a' } })).toEqual(['a'])
    expect(await ids({ name: { $lt: 5 } })).toEqual([])
    expect(await ids({ at: noon })).toEqual(['a'])
    expect(await ids({ at: { $lte: noon } })).toEqual(['a'])
    expect(await ids({ at: { $in: [later, noon] } })).toEqual(['a', 'b'])
    expect(await ids({ $and: [{ _id: { $in: ['a', 'b'] } }, { index: { $ne: 1 } }] })).toEqual(['b'])
    expect(await ids({ $or: [{ index: 1 }, { index: 2.5 }] })).toEqual(['a', 'c'])
  })

  test('an order puts null first, then numbers, then text by its UTF-8 bytes, then dates', async () => {
    const { client } = await newWorld()
    const mixed = client.db('holdfast').collection<{ _id: number; v?: unknown }>('mixed')
    const values = [noon, true, '\u{1f3ad}', '\uff5e', 'b', 2, -1, null]
    await mixed.insertMany(values.map((v, _id) => ({ _id, v })))
    const found = await mixed.find({}, { sort: { v: 1 } }).toArray()
    expect(found.map(({ v }) => v)).toEqual([null, -1, 2, 'b', '\uff5e', '\u{1f3ad}', true, noon])
    expect(await mixed.countDocuments({ v: { $gt: '\uff5e' } })).toBe(1)
  })

  test('an embedded document equals another in the same order of fields only', async () => {
    const { client } = await newWorld()
    const keyed = client.db('holdfast').collection<{ _id: Key }>('keyed')
    await keyed.insertOne({ _id: { app: 'a', id: 1 } })
    expect(await keyed.findOne({ _id: { app: 'a', id: 1 } })).not.toBeNull()
    expect(await keyed.findOne({ _id: { id: 1, app: 'a' } })).toBeNull()
    await keyed.insertOne({ _id: { id: 1, app: 'a' } })
    await expect(keyed.insertOne({ _id: { app: 'a', id: 1 } })).rejects.toSatisfy(failure(11000))
  })
})

describe('indexes', () => {
  test('are made once, listed, and conflict under another name or definition', async () => {
    const { client, seats } = await newWorld()
    await client.db('holdfast').createCollection('seats')
    await expect(client.db('holdfast').createCollection('seats')).rejects.toSatisfy(failure(48))
    for (const _ of [1, 2]) await seats.createIndex({ app: 1, index: 1 }, { name: 'place', unique: true })
    expect(await seats.indexes()).toEqual([
      { v: 2, name: '_id_', key: { _id: 1 } },
      { v: 2, name: 'place', key: { app: 1, index: 1 }, unique: true },
    ])
    await expect(seats.createIndex({ app: 1 }, { name: 'place' })).rejects.toSatisfy(failure(86))
    await expect(seats.createIndex({ app: 1, index: 1 }, { name: 'b' })).rejects.toSatisfy(failure(85))
    expect(await client.db('holdfast').listCollections().toArray()).toMatchObject([{ name: 'seats' }])
    await expect(client.db('holdfast').collection('none').indexes()).rejects.toSatisfy(failure(26))
  })

  test('a unique one refuses duplicates with its name, pattern and value', async () => {
    const { seats } = await newWorld()
    await seats.createIndex({ app: 1, index: 1 }, { name: 'place', unique: true })
    await seats.insertMany([
      { _id: 'a', app: 'x', index: 1 },
      { _id: 'b', app: 'x', index: 2 },
    ])
    const error = await seats.insertOne({ _id: 'c', app: 'x', index: 1 }).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(MongoServerError)
    expect(error).toMatchObject({
      code: 11000,
      keyPattern: { app: 1, index: 1 },
      keyValue: { app: 'x', index: 1 },
      message:
        'E11000 duplicate key error collection: holdfast.seats index: place dup key: { app: "x", index: 1 }',
    })
    await expect(seats.updateOne({ _id: 'b' }, { $set: { index: 1 } })).rejects.toSatisfy(failure(11000))
    await expect(seats.insertOne({ _id: 'a', app: 'x', index: 2 })).rejects.toMatchObject({
      keyPattern: { _id: 1 },
    })
    await seats.deleteOne({ _id: 'a' })
    await seats.insertOne({ _id: 'c', app: 'x', index: 1 })
    await seats.updateOne({ _id: 'c' }, { $set: { index: 1, name: 'same' } })
    await seats.insertMany([
      { _id: 'd', app: 'y', index: 1, rev: 1 },
      { _id: 'e', app: 'y', rev: 1 },
    ])
    await expect(seats.createIndex({ app: 1, rev: 1 }, { unique: true })).rejects.toSatisfy(failure(11000))
  })
})
