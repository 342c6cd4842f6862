import { describe, expect, test } from 'vitest'
import { failure, newWorld } from './fixtures.ts'

describe('handshake and monitoring', () => {
  test('the driver finds a writable primary of a replica set with sessions', async () => {
    const { client } = await newWorld()
    const hello = await client.db('admin').command({ hello: 1 })
    expect(hello).toMatchObject({ isWritablePrimary: true, setName: 'rs0', maxWireVersion: 21, ok: 1 })
    expect(hello.hosts).toEqual([hello.me])
    expect(await client.db('admin').command({ ping: 1 })).toEqual({ ok: 1 })
    expect(await client.db('admin').command({ buildInfo: 1 })).toMatchObject({ version: '7.0.0' })
  })

  test('is quiet: a streaming monitor keeps its connections through many heartbeats', async () => {
    const { client, mongo } = await newWorld({}, { heartbeatFrequencyMS: 500, maxPoolSize: 1 })
    const beats: boolean[] = []
    const failed: unknown[] = []
    const enough = Promise.withResolvers<void>()
    client.on('serverHeartbeatSucceeded', ({ awaited }) => {
      beats.push(awaited)
      if (beats.length === 5) enough.resolve()
    })
    client.on('serverHeartbeatFailed', (event) => failed.push(event))
    await client.connect()
    await enough.promise
    expect(beats.slice(1)).toEqual([true, true, true, true])
    expect(failed).toEqual([])
    // The monitor, its measurement of round trips, and the pool's one connection.
    expect(mongo.connections().opened).toBeLessThanOrEqual(3)
  })

  test('serves many connections at once', async () => {
    const { seats, mongo } = await newWorld({}, { maxPoolSize: 20, minPoolSize: 20 })
    await Promise.all(Array.from({ length: 200 }, (_, at) => seats.insertOne({ _id: `s${at}` })))
    expect(await seats.countDocuments({})).toBe(200)
    expect(mongo.connections().open).toBeGreaterThan(10)
  })
})

describe('whatever is not implemented', () => {
  test('is refused with a sentence that says what', async () => {
    const { client, seats } = await newWorld()
    await seats.insertOne({ _id: 'a' })
    const refused: [() => Promise<unknown>, RegExp][] = [
      [() => client.db('holdfast').command({ collStats: 'seats' }), /the command collStats/],
      [() => seats.find({ name: /x/ }).toArray(), /\$regex/],
      [() => seats.find({}, { hint: '_id_' }).toArray(), /hint/],
      [() => seats.find({}, { collation: { locale: 'en' } }).toArray(), /collation/],
      [() => seats.updateOne({}, { $max: { rev: 1 } }), /\$max/],
      [() => seats.updateOne({}, [{ $set: { rev: 1 } }]), /this form of update/],
      [() => seats.aggregate([{ $sample: { size: 1 } }]).toArray(), /the pipeline/],
      [() => seats.createIndex({ app: 'text' }), /createIndexes/],
      [() => seats.createIndex({ app: 1 }, { sparse: true }), /sparse/],
      [() => seats.insertOne({ _id: 'b' }, { writeConcern: { w: 3 } }), /writeConcern/],
      [() => seats.find({}, { readConcern: 'linearizable' }).toArray(), /readConcern/],
    ]
    for (const [call, why] of refused) {
      const error = await call().catch((error: unknown) => String(error))
      expect(error).toMatch(/the MongoDB for tests does not implement/)
      expect(error).toMatch(why)
    }
  })

  test('covers values: a sum with text, an altered _id, a number that is none', async () => {
    const { client, seats } = await newWorld()
    await seats.insertOne({ _id: 'a', name: 'x' })
    const loose = client.db('holdfast').collection('seats')
    await expect(loose.updateOne({}, { $inc: { name: 1 } })).rejects.toSatisfy(failure(14))
    await expect(loose.replaceOne({}, { _id: 'b' })).rejects.toSatisfy(failure(66))
    await expect(loose.insertOne({ n: Number.NaN })).rejects.toThrow(/NaN/)
  })
})
