import type { ClientSession, TransactionOptions } from 'mongodb'
import { describe, expect, test } from 'vitest'
import { failure, newWorld, type World } from './fixtures.ts'

const conflict = failure(112, 'TransientTransactionError')
const gone = failure(251, 'TransientTransactionError')
const snapshot: TransactionOptions = { readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } }

const seatA = async (options = {}): Promise<World> => {
  const world = await newWorld(options)
  await world.seats.insertOne({ _id: 'a', rev: 0 })
  return world
}

const increment =
  ({ seats }: World, _id = 'a') =>
  (session?: ClientSession) =>
    seats.updateOne({ _id }, { $inc: { rev: 1 } }, session === undefined ? {} : { session })

describe('isolation', () => {
  test('a transaction reads its snapshot and its own writes, others read what is committed', async () => {
    const world = await seatA()
    const { seats } = world
    const session = await world.open((session) => seats.findOne({ _id: 'none' }, { session }))
    await increment(world)()
    await seats.insertOne({ _id: 'b', rev: 5 })
    expect(await seats.findOne({ _id: 'a' }, { session })).toEqual({ _id: 'a', rev: 0 })
    expect(await seats.countDocuments({}, { session })).toBe(1)
    await seats.insertOne({ _id: 'c' }, { session })
    expect(await seats.countDocuments({}, { session })).toBe(2)
    expect(await seats.countDocuments({})).toBe(2)
    await session.commitTransaction()
    expect(await seats.countDocuments({})).toBe(3)
  })

  test('an index that is there is made again at once beside an open transaction, a new one waits for it', async () => {
    const world = await seatA()
    await world.seats.createIndex({ rev: 1 }, { name: 'rev' })
    const session = await world.open(increment(world))
    await world.seats.createIndex({ rev: 1 }, { name: 'rev' })
    let isMade = false
    const making = world.seats.createIndex({ app: 1 }, { name: 'app' }).then(() => {
      isMade = true
    })
    expect(await world.seats.countDocuments({})).toBe(1)
    expect(isMade).toBe(false)
    await session.commitTransaction()
    await making
    expect((await world.seats.indexes()).map(({ name }) => name)).toContain('app')
  })

  test('an aborted transaction leaves nothing', async () => {
    const world = await seatA()
    const session = await world.open(increment(world))
    await world.seats.deleteOne({ _id: 'a' }, { session })
    await world.seats.insertOne({ _id: 'b' }, { session })
    await session.abortTransaction()
    expect(await world.seats.find().toArray()).toEqual([{ _id: 'a', rev: 0 }])
  })

  test('a deletion is not seen by an older snapshot', async () => {
    const world = await seatA()
    const session = await world.open((session) => world.seats.findOne({}, { session }))
    await world.seats.deleteOne({ _id: 'a' })
    expect(await world.seats.findOne({ _id: 'a' }, { session })).toEqual({ _id: 'a', rev: 0 })
    await session.commitTransaction()
    expect(await world.seats.findOne({ _id: 'a' })).toBeNull()
  })
})

describe('write conflicts', () => {
  test('a document that another open transaction has written', async () => {
    const world = await seatA()
    const first = await world.open(increment(world))
    const second = await world.open((session) => world.seats.findOne({}, { session }))
    await expect(increment(world)(second)).rejects.toSatisfy(conflict)
    await first.commitTransaction()
    await expect(world.seats.findOne({}, { session: second })).rejects.toSatisfy(gone)
    await second.abortTransaction()
    expect(await world.seats.findOne()).toEqual({ _id: 'a', rev: 1 })
  })

  test('a document that was committed after the snapshot', async () => {
    const world = await seatA()
    const session = await world.open((session) => world.seats.findOne({}, { session }))
    await increment(world)()
    await expect(increment(world)(session)).rejects.toSatisfy(conflict)
    await session.abortTransaction()
  })

  test('an update that changes nothing meets none', async () => {
    const world = await seatA()
    const first = await world.open(increment(world))
    const second = await world.open((session) =>
      world.seats.updateOne({ _id: 'a' }, { $set: { rev: 0 } }, { session }),
    )
    await first.commitTransaction()
    await second.commitTransaction()
    expect(await world.seats.findOne()).toEqual({ _id: 'a', rev: 1 })
  })

  test('a unique value that another transaction has inserted, deleted, or committed after the snapshot', async () => {
    const world = await newWorld()
    const { seats } = world
    await seats.createIndex({ index: 1 }, { unique: true, name: 'index' })
    await seats.insertOne({ _id: 'z', index: 9 })
    const first = await world.open((session) => seats.insertOne({ _id: 'a', index: 1 }, { session }))
    await seats.deleteOne({ _id: 'z' }, { session: first })
    const attempt = (doc: { _id: string; index: number }) =>
      world.open((session) => seats.insertOne(doc, { session }))
    await expect(attempt({ _id: 'b', index: 1 })).rejects.toSatisfy(conflict)
    await expect(attempt({ _id: 'a', index: 2 })).rejects.toSatisfy(conflict)
    await expect(attempt({ _id: 'c', index: 9 })).rejects.toSatisfy(conflict)
    const late = await world.open((session) => seats.findOne({}, { session }))
    await first.commitTransaction()
    await expect(seats.insertOne({ _id: 'd', index: 1 }, { session: late })).rejects.toSatisfy(conflict)
    await late.abortTransaction()
    await expect(attempt({ _id: 'd', index: 1 })).rejects.toSatisfy(failure(11000))
  })

  test('a write outside waits for the transaction to end, and no longer than maxTimeMS', async () => {
    const world = await seatA()
    const session = await world.open(increment(world))
    const late = world.seats.updateOne({ _id: 'a' }, { $set: { rev: 50 } }, { maxTimeMS: 20 })
    await expect(late).rejects.toSatisfy(failure(50))
    const waiting = increment(world)()
    await world.seats.insertOne({ _id: 'b' })
    expect(await world.seats.findOne({ _id: 'a' })).toEqual({ _id: 'a', rev: 0 })
    await session.commitTransaction()
    await waiting
    expect(await world.seats.findOne({ _id: 'a' })).toEqual({ _id: 'a', rev: 2 })
  })
})

describe('the life of a transaction', () => {
  test('any error ends it', async () => {
    const world = await seatA()
    const session = await world.open(increment(world))
    await expect(world.seats.insertOne({ _id: 'a' }, { session })).rejects.toSatisfy(failure(11000))
    await expect(world.seats.findOne({}, { session })).rejects.toSatisfy(gone)
    await session.abortTransaction()
    expect(await world.seats.findOne()).toEqual({ _id: 'a', rev: 0 })
  })

  test('its lifetime is limited', async () => {
    const world = await seatA({ transactionLifetimeMs: 30 })
    const session = await world.open(increment(world))
    // Waits until the transaction is gone.
    await increment(world)()
    await expect(session.commitTransaction()).rejects.toSatisfy(gone)
    expect(await world.seats.findOne()).toEqual({ _id: 'a', rev: 1 })
  })

  test('a commit that is asked again says the same', async () => {
    const world = await seatA()
    const session = await world.open(increment(world))
    for (const _ of [1, 2, 3]) await session.commitTransaction()
    expect(world.seen.filter((name) => name === 'commitTransaction')).toHaveLength(3)
    expect(await world.seats.findOne()).toEqual({ _id: 'a', rev: 1 })
  })

  test('ending its session aborts it', async () => {
    const world = await seatA()
    const session = await world.open(increment(world))
    await session.endSession()
    await increment(world)()
    expect(await world.seats.findOne()).toEqual({ _id: 'a', rev: 1 })
  })

  test('collections and indexes are not made in one, and concerns stand on it, not on its statements', async () => {
    const world = await seatA()
    const { client, seats } = world
    const session = await world.open((session) => seats.findOne({}, { session }))
    await expect(seats.createIndex({ rev: 1 }, { session })).rejects.toSatisfy(failure(263))
    await session.abortTransaction()
    const raw = client.db('holdfast').command({
      insert: 'seats',
      documents: [{ _id: 'x' }],
      startTransaction: true,
      autocommit: false,
      lsid: session.id,
      txnNumber: 900,
      writeConcern: { w: 'majority' },
    })
    await expect(raw).rejects.toThrow(/writeConcern/)
  })
})

describe('withTransaction', () => {
  test('commits with the concerns that it was given', async () => {
    const world = await seatA()
    const commands: object[] = []
    world.mongo.onCommand(({ command }) => commands.push(command))
    const done = await world.client.withSession((session) =>
      session.withTransaction(async (tx) => {
        await increment(world)(tx)
        return 'done'
      }, snapshot),
    )
    expect(done).toBe('done')
    expect(commands).toMatchObject([
      { update: 'seats', startTransaction: true, autocommit: false, readConcern: { level: 'snapshot' } },
      { commitTransaction: 1, autocommit: false, writeConcern: { w: 'majority' } },
    ])
    expect(await world.seats.findOne()).toEqual({ _id: 'a', rev: 1 })
  })

  test('runs again after a write conflict, on a new snapshot', async () => {
    const world = await seatA()
    const seen: unknown[] = []
    await world.client.withSession((session) =>
      session.withTransaction(async (tx) => {
        seen.push((await world.seats.findOne({ _id: 'a' }, { session: tx }))?.rev)
        if (seen.length === 1) await increment(world)()
        await increment(world)(tx)
      }, snapshot),
    )
    expect(seen).toEqual([0, 1])
    expect(await world.seats.findOne()).toEqual({ _id: 'a', rev: 2 })
  })

  test('64 transactions at once that increment one document end with the exact sum', async () => {
    const world = await seatA()
    const raise = () =>
      world.client.withSession((session) =>
        session.withTransaction(async (tx) => {
          const rev = (await world.seats.findOne({ _id: 'a' }, { session: tx }))?.rev ?? 0
          await world.seats.updateOne({ _id: 'a' }, { $set: { rev: rev + 1 } }, { session: tx })
        }, snapshot),
      )
    await Promise.all(Array.from({ length: 64 }, raise))
    expect(await world.seats.findOne()).toEqual({ _id: 'a', rev: 64 })
  })

  test('no transaction ever reads a sum that transfers beside it would have to change', async () => {
    const { client, seats } = await newWorld()
    const ids = Array.from({ length: 8 }, (_, at) => `account${at}`)
    await seats.createIndex({ rev: 1 }, { name: 'rev' })
    await seats.insertMany(ids.map((_id) => ({ _id, rev: 10 })))
    const together = <Result>(work: (session: ClientSession) => Promise<Result>) =>
      client.withSession((session) => session.withTransaction(work, snapshot))
    const transfer = (at: number) =>
      together(async (session) => {
        const [from, to] = [ids[at % 8], ids[(at * 3 + 1) % 8]]
        await seats.updateOne({ _id: from ?? '' }, { $inc: { rev: -1 } }, { session })
        await seats.updateOne({ _id: to ?? '' }, { $inc: { rev: 1 } }, { session })
      })
    const audit = () =>
      together(async (session) => {
        let sum = 0
        let found = 0
        for (const rev of Array.from({ length: 41 }, (_, at) => at - 10)) {
          // One statement for each value of the index, while the documents move in it.
          const here = await seats.find({ rev }, { session }).toArray()
          found += here.length
          sum += here.length * rev
        }
        return { found, sum }
      })
    const transfers = Promise.all(Array.from({ length: 40 }, (_, at) => transfer(at)))
    const audits = await Promise.all(Array.from({ length: 5 }, audit))
    await transfers
    for (const seen of [...audits, await audit()]) expect(seen).toEqual({ found: 8, sum: 80 })
  })
})
