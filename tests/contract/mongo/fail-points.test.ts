import { type ClientSession, MongoNetworkError } from 'mongodb'
import { describe, expect, test } from 'vitest'
import { type Action, unknownCommit } from '../../support/mongo/index.ts'
import { failure, newWorld, type World } from './fixtures.ts'

const seatA = async (): Promise<World> => {
  const world = await newWorld()
  await world.seats.insertOne({ _id: 'a', rev: 0 })
  world.seen.length = 0
  return world
}

const increment = ({ seats }: World) => seats.updateOne({ _id: 'a' }, { $inc: { rev: 1 } })
const rev = async ({ seats }: World) => (await seats.findOne({ _id: 'a' }))?.rev
const count = ({ seen }: World, name: string) => seen.filter((one) => one === name).length

/** Increments in a transaction and says how often its body ran. */
async function incrementTogether({ client, seats }: World): Promise<number> {
  let runs = 0
  const body = async (session: ClientSession) => {
    runs += 1
    await seats.updateOne({ _id: 'a' }, { $inc: { rev: 1 } }, { session })
  }
  await client.withSession((session) =>
    session.withTransaction(body, { readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } }),
  )
  return runs
}

describe('a retryable write', () => {
  test.each<Action>([
    { kind: 'drop', when: 'before' },
    { kind: 'drop', when: 'after' },
    { kind: 'stepDown', when: 'before' },
    { kind: 'stepDown', when: 'after' },
    { kind: 'stepDown', when: 'after', closes: true },
    { kind: 'fail', when: 'before', code: 91 },
    { kind: 'fail', when: 'after', code: 91 },
  ])('is sent twice and applied once: %o', async (action) => {
    const world = await seatA()
    world.mongo.failPoints.add({ command: 'update', action })
    expect(await increment(world)).toMatchObject({ matchedCount: 1, modifiedCount: 1 })
    expect(await rev(world)).toBe(1)
    expect(count(world, 'update')).toBeGreaterThanOrEqual(2)
  })

  test('of many documents inserts each once', async () => {
    const world = await seatA()
    world.mongo.failPoints.add({ command: 'insert', action: { kind: 'drop', when: 'after' } })
    await world.seats.insertMany([{ _id: 'b' }, { _id: 'c' }])
    expect(await world.seats.countDocuments({})).toBe(3)
  })

  test('that is retried while the first attempt still waits is applied once', async () => {
    const world = await seatA()
    const session = await world.open((session) =>
      world.seats.updateOne({ _id: 'a' }, { $inc: { rev: 10 } }, { session }),
    )
    world.mongo.failPoints.add({ command: 'update', action: { kind: 'drop', when: 'after' } })
    const writing = increment(world)
    await world.seats.insertOne({ _id: 'b' })
    await session.commitTransaction()
    await writing
    expect(await rev(world)).toBe(11)
  })

  test('without retryWrites fails as it was told to', async () => {
    const world = await seatA()
    world.mongo.failPoints.add({ command: 'update', action: { kind: 'fail', when: 'after', code: 91 } })
    const seats = world.connect({ retryWrites: false }).db('holdfast').collection('seats')
    await expect(seats.updateOne({}, { $inc: { rev: 1 } })).rejects.toSatisfy(failure(91))
    expect(await rev(world)).toBe(1)
  })
})

describe('a commit', () => {
  test.each<[Action, number]>([
    [{ kind: 'drop', when: 'before' }, 1],
    [{ kind: 'drop', when: 'after' }, 1],
    [{ kind: 'fail', when: 'before', code: 91 }, 1],
    [{ kind: 'fail', when: 'after', code: 91 }, 1],
    [{ kind: 'refuseMajority' }, 1],
    [{ ...unknownCommit, code: 64 }, 1],
    [{ kind: 'stepDown', when: 'before' }, 2],
    [{ kind: 'stepDown', when: 'after' }, 1],
    [{ kind: 'stepDown', when: 'after', closes: true }, 1],
    [{ kind: 'stepDown', when: 'before', closes: true }, 2],
    [{ kind: 'expireTransaction' }, 2],
  ])('happens once: %o (the body runs %i times)', async (action, runs) => {
    const world = await seatA()
    const remove = world.mongo.failPoints.add({ command: 'commitTransaction', action })
    expect(await incrementTogether(world)).toBe(runs)
    expect(await rev(world)).toBe(1)
    expect(count(world, 'commitTransaction')).toBeGreaterThanOrEqual(2)
    expect(remove()).toBe(1)
  })

  test('is asked again with w: majority', async () => {
    const world = await seatA()
    const concerns: unknown[] = []
    world.mongo.onCommand(({ name, command }) => {
      if (name === 'commitTransaction') concerns.push(command.writeConcern)
    })
    world.mongo.failPoints.add({ command: 'commitTransaction', action: { kind: 'drop', when: 'after' } })
    const session = await world.open((session) => world.seats.findOne({}, { session }))
    await session.commitTransaction()
    expect(concerns).toMatchObject([{ w: 'majority' }, { w: 'majority' }])
  })

  test('that ran out of time is not asked again by withTransaction, though it happened', async () => {
    const world = await seatA()
    world.mongo.failPoints.add({ command: 'commitTransaction', action: unknownCommit })
    await expect(incrementTogether(world)).rejects.toSatisfy(failure(50, 'UnknownTransactionCommitResult'))
    expect(await rev(world)).toBe(1)
  })

  test('that stays unknown carries the label, and the truth can be read', async () => {
    const world = await seatA()
    world.mongo.failPoints.add({
      command: 'commitTransaction',
      times: 2,
      action: { kind: 'drop', when: 'after' },
    })
    const session = await world.open((session) =>
      world.seats.updateOne({ _id: 'a' }, { $inc: { rev: 1 } }, { session }),
    )
    const error = await session.commitTransaction().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(MongoNetworkError)
    expect(error).toMatchObject({ errorLabels: expect.arrayContaining(['UnknownTransactionCommitResult']) })
    expect(await rev(world)).toBe(1)
  })
})

describe('a statement of a transaction', () => {
  test.each<Action>([
    { kind: 'drop', when: 'before' },
    { kind: 'drop', when: 'after' },
    { kind: 'stepDown', when: 'before' },
    { kind: 'stepDown', when: 'after' },
    { kind: 'stepDown', when: 'after', closes: true },
    { kind: 'fail', when: 'before', code: 112 },
    { kind: 'fail', when: 'after', code: 112 },
    { kind: 'fail', when: 'after', code: 91 },
  ])('makes the body run again: %o', async (action) => {
    const world = await seatA()
    world.mongo.failPoints.add({ command: 'update', action })
    expect(await incrementTogether(world)).toBe(2)
    expect(await rev(world)).toBe(1)
  })

  test('may find its transaction expired', async () => {
    const world = await seatA()
    world.mongo.failPoints.add({ command: 'update', nth: 2, action: { kind: 'expireTransaction' } })
    const session = await world.open((session) =>
      world.seats.updateOne({ _id: 'a' }, { $inc: { rev: 1 } }, { session }),
    )
    const second = world.seats.updateOne({ _id: 'a' }, { $inc: { rev: 1 } }, { session })
    await expect(second).rejects.toSatisfy(failure(251, 'TransientTransactionError'))
    await session.abortTransaction()
    expect(await rev(world)).toBe(0)
  })
})

describe('fail points', () => {
  test('meet the nth command that they are about, as often as they say, until they are taken away', async () => {
    const { seats, mongo } = await newWorld({}, { retryWrites: false })
    const remove = mongo.failPoints.add({
      command: 'insert',
      where: ({ insert }) => insert === 'seats',
      nth: 2,
      times: 2,
      action: { kind: 'fail', when: 'before', code: 8000, errorLabels: ['Mine'] },
    })
    const outcomes: unknown[] = []
    for (const _id of ['a', 'b', 'c', 'd']) {
      outcomes.push(await seats.insertOne({ _id }).then(() => 'done', failure(8000, 'Mine')))
    }
    expect(outcomes).toEqual(['done', true, true, 'done'])
    expect(await seats.countDocuments({})).toBe(2)
    expect(remove()).toBe(2)
  })

  test('a majority that does not answer is reported beside what was done', async () => {
    const world = await seatA()
    world.mongo.failPoints.add({ command: 'update', action: { kind: 'refuseMajority' } })
    await expect(increment(world)).rejects.toMatchObject({ code: 64 })
    expect(await rev(world)).toBe(1)
  })

  test.each(['before', 'after'] as const)('a delay %s the command keeps others unhindered', async (when) => {
    const world = await seatA()
    const others = Promise.withResolvers<void>()
    const action = { kind: 'delay', when, ms: 150, until: others.promise } as const
    world.mongo.failPoints.add({ command: 'update', action })
    const started = performance.now()
    const slow = increment(world)
    await world.seats.insertOne({ _id: 'b' })
    others.resolve()
    await slow
    expect(performance.now() - started).toBeGreaterThan(140)
    expect(await rev(world)).toBe(1)
  })

  test('a step-down interrupts a write that waits, and the driver sends it to the next primary', async () => {
    const world = await seatA()
    await world.open((session) => world.seats.updateOne({ _id: 'a' }, { $inc: { rev: 10 } }, { session }))
    const waiting = increment(world)
    world.mongo.failPoints.add({ command: 'insert', action: { kind: 'stepDown', when: 'before' } })
    await world.seats.insertOne({ _id: 'b' })
    await waiting
    expect(await rev(world)).toBe(1)
  })
})
