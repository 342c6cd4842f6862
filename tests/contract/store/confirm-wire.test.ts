import { coreBudgetMs, systemPlatform } from '@holdfast/contract'
import { audit, confirm, pinned, type World } from '@holdfast/core/src/bookings/testing.ts'
import { testCore } from '@holdfast/core/src/testing.ts'
import type { CommandStartedEvent } from 'mongodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { tell } from '../../support/figures.ts'
import { longMs } from './clock.ts'
import { type MongoServer, mongoServers } from './mongo-servers.ts'

/** What of a command decides whether a booking is safe. */
const Safety = z.looseObject({
  lsid: z.unknown().nonoptional(),
  txnNumber: z.unknown().optional(),
  autocommit: z.literal(false).optional(),
  startTransaction: z.literal(true).optional(),
  readConcern: z.unknown().optional(),
  writeConcern: z.unknown().optional(),
  // The driver says nothing of the mode when it is `primary`.
  $readPreference: z.object({ mode: z.string() }).default({ mode: 'primary' }),
  maxTimeMS: z.int().positive(),
})
type Sent = z.infer<typeof Safety> & { readonly name: string }

const sentIn = ({ commandName: name, command }: CommandStartedEvent): Sent => ({
  ...Safety.parse(command),
  name,
})
const placeOf = (command: Sent): string => `${command.name} ${String(command[command.name])}`
const isOpen = (command: Sent): boolean => command.autocommit === false

const Filter = z.object({ appId: z.object({ $eq: z.string() }) })
const Own = z.object({ appId: z.string() })

/** The apps that a command reads and writes; it throws on a filter or a document that names none. */
function appsOf(command: Sent): string[] {
  const { filter, deletes, updates, documents } = z
    .looseObject({
      filter: Filter.optional(),
      deletes: z.array(z.object({ q: Filter })).default([]),
      updates: z.array(z.object({ q: Filter })).default([]),
      documents: z.array(Own).default([]),
    })
    .parse(command)
  const filters = [...(filter ? [filter] : []), ...deletes.map(({ q }) => q), ...updates.map(({ q }) => q)]
  return [...filters.map(({ appId }) => appId.$eq), ...documents.map(({ appId }) => appId)]
}

describe.each(mongoServers)('what a confirm sends to %s', (name, start) => {
  const events: CommandStartedEvent[] = []
  let sent: readonly Sent[] = []
  let server: MongoServer
  let world: World

  beforeAll(async () => {
    server = await start()
    // The time that each command is given is looked at, so none of it passes.
    const startedMs = systemPlatform.now()
    const still = { ...systemPlatform, now: () => startedMs, deadline: () => new AbortController().signal }
    const store = await server.open({
      onCommand: (event) => events.push(event),
      clock: still,
      statementTimeoutMs: coreBudgetMs,
    })
    world = await testCore({ store, platform: still })
    events.length = 0
    await confirm(world, { n: 1, pin: pinned('A-1', 'A-2', 'A-3'), budgetMs: coreBudgetMs })
    sent = events.map(sentIn)
    expect(await audit(world)).toEqual({ booked: 3, bookings: 1 })
  })
  afterAll(async () => {
    await world.core.store.close()
    await server.stop()
  })

  const inside = () => sent.filter(isOpen)
  const beside = () => sent.filter((command) => !isOpen(command))

  test('I7: a confirm is one transaction of five statements and a commit', ({ task }) => {
    expect(inside().map(placeOf)).toEqual([
      'update reservations',
      'update seats',
      'insert bookings',
      'update idempotency',
      'insert outbox',
      'commitTransaction 1',
    ])
    const [first] = inside()
    for (const command of inside()) {
      expect(command.lsid).toEqual(first?.lsid)
      expect(command.txnNumber).toEqual(first?.txnNumber)
    }
    expect(inside().filter((command) => command.startTransaction)).toEqual([first])
    const statements = inside().length - 1
    tell(task, 'confirm', `${statements} statements and a commit for 3 seats, as sent to ${name}`)
  })

  test('F22: reads one snapshot and is acknowledged by a majority, within the budget', () => {
    const [first, ...others] = inside()
    expect(first?.readConcern).toEqual({ level: 'snapshot' })
    for (const command of others) expect(command.readConcern).toBeUndefined()
    for (const command of inside()) expect(command.maxTimeMS).toBeLessThanOrEqual(coreBudgetMs)
    const commit = inside().at(-1)
    expect(commit?.writeConcern).toEqual({ w: 'majority', wtimeout: commit?.maxTimeMS })
  })

  test('F22: is acknowledged by a majority outside of the transaction too', () => {
    expect(beside().length).toBeGreaterThan(0)
    for (const command of beside()) {
      if (command.name === 'find') expect(command.readConcern).toEqual({ level: 'majority' })
      else expect(command.writeConcern).toEqual({ w: 'majority' })
      expect(command.lsid).toBeDefined()
      expect(command.maxTimeMS).toBeLessThanOrEqual(coreBudgetMs)
    }
  })

  test('F6: asks the primary only', () => {
    for (const command of sent) expect(command.$readPreference.mode, placeOf(command)).toBe('primary')
  })

  test('names its app in every filter and in every document', () => {
    const statements = sent.filter((command) => command.name !== 'commitTransaction')
    for (const command of statements) {
      expect(appsOf(command), placeOf(command)).not.toEqual([])
      expect(new Set(appsOf(command)), placeOf(command)).toEqual(new Set([world.appId]))
    }
  })
})

describe.each(mongoServers)('a rush on %s', (name, start) => {
  test('I1, I2: of 200 buyers at once, many of them in transactions, sells each of 20 seats once', async ({
    task,
  }) => {
    const server = await start()
    const open = new Set<string>()
    let openMost = 0
    const watch = ({ commandName, command }: CommandStartedEvent) => {
      const transaction = JSON.stringify([command.lsid, command.txnNumber])
      if (command.startTransaction) open.add(transaction)
      if (commandName === 'commitTransaction' || commandName === 'abortTransaction') open.delete(transaction)
      openMost = Math.max(openMost, open.size)
    }
    const store = await server.open({ onCommand: watch })
    try {
      const rush = await testCore({ store })
      const buyers = Array.from({ length: 200 }, (_, at) => at + 1)
      const answers = await Promise.all(
        buyers.map((n) => confirm(rush, { n, pin: pinned(`A-${(n % 20) + 1}`), budgetMs: longMs })),
      )
      const statuses = Map.groupBy(answers, ({ status }) => status)
      expect(statuses.get(201)?.length).toBe(20)
      expect(statuses.get(409)?.length).toBe(180)
      const { booked, bookings } = await audit(rush)
      expect({ booked, bookings }).toEqual({ booked: 20, bookings: 20 })
      const measured = `200 confirms at once of 20 seats, each said to be held: ${booked} seats sold by ${bookings} bookings`
      tell(task, 'Redis says "ok" to everybody', `${measured} (${name})`)
      expect(openMost).toBeGreaterThan(32)
    } finally {
      await store.close()
      await server.stop()
    }
  })
})
