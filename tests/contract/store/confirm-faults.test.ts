import { coreBudgetMs } from '@holdfast/contract'
import type { ConfirmAnswer } from '@holdfast/core/src/bookings/confirm-answer.ts'
import { type Ask, audit, confirm, pinned, told, type World } from '@holdfast/core/src/bookings/testing.ts'
import { StoreError } from '@holdfast/core/src/store/store.ts'
import { testCore } from '@holdfast/core/src/testing.ts'
import { describe, expect, test } from 'vitest'
import {
  type Action,
  type FailPoint,
  type Mongo,
  startMongo,
  unknownCommit,
} from '../../support/mongo/index.ts'
import { createClock, longMs } from './clock.ts'
import { storesAt } from './mongo-servers.ts'

/** The statements of the transaction of a confirm, in order, and its commit. */
const statements = [
  ['the reservation', { command: 'update', where: within('update', 'reservations') }],
  ['the seats', { command: 'update', where: within('update', 'seats') }],
  ['the booking', { command: 'insert', where: within('insert', 'bookings') }],
  ['the key', { command: 'update', where: within('update', 'idempotency') }],
  ['the outbox', { command: 'insert', where: within('insert', 'outbox') }],
] as const satisfies readonly (readonly [string, Omit<FailPoint, 'action'>])[]

type Command = Readonly<Record<string, unknown>>
function within(name: string, collection: string) {
  return (command: Command) => command.autocommit === false && command[name] === collection
}

/** What may become of a confirm; the truth that it resolves to is looked up in the store. */
type Told = 'booked' | 'refused' | 'unknown'

/** Core on a server of its own, whose clock can be put forward, so that an abandoned claim is taken over. */
async function inPatientWorld<Result>(
  work: (world: World & { readonly mongo: Mongo; pass(ms: number): void }) => Promise<Result>,
): Promise<Result> {
  const mongo = await startMongo()
  const { platform, pass } = createClock()
  const store = await storesAt(mongo.url).open({ clock: platform })
  try {
    return await work({ ...(await testCore({ store, platform })), mongo, pass })
  } finally {
    await store.close()
    await mongo.stop()
  }
}

/** A confirm with so much time that it is over only where a test says so. */
const askFor = (n: number, ...seats: string[]): Ask => ({
  n,
  pin: pinned(...seats),
  budgetMs: longMs,
})

/** What the buyer is told. */
const toldBy = (asked: Promise<ConfirmAnswer>): Promise<Told> =>
  asked.then(
    (answer) => {
      if (answer.status === 201) return 'booked'
      expect(['outcome_unknown', 'in_progress']).toContain(told(answer).code)
      return 'unknown'
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(StoreError)
      expect(error).toMatchObject({ code: 'unavailable' })
      return 'refused'
    },
  )

/** Asks with the same key as a buyer does who was told to try again. */
async function confirmUntilFinal(w: World): Promise<ConfirmAnswer> {
  for (;;) {
    const answer = await confirm(w, askFor(1, 'A-1', 'A-2'))
    if (answer.status === 201 || told(answer).code !== 'in_progress') return answer
  }
}

/**
 * Confirms with this in the way, then looks at the truth, and asks again with the same key. The time of the confirm
 * is over when the command has come `overAt` times: never, when absent.
 */
const confirmThrough = (
  { where = () => true, ...point }: FailPoint,
  overAt?: number,
): Promise<{ told: Told; booked: number }> =>
  inPatientWorld(async (w) => {
    let came = 0
    const watched = (command: Command) => {
      if (!where(command)) return false
      came += 1
      if (came === overAt) w.pass(longMs)
      return true
    }
    const met = w.mongo.failPoints.add({ ...point, where: watched })
    const answer = await toldBy(confirm(w, askFor(1, 'A-1', 'A-2')))
    expect(met(), 'the fail point was met').toBeGreaterThan(0)
    w.mongo.failPoints.clear()

    const { bookings, booked } = await audit(w)
    expect(booked).toBe(bookings * 2)
    if (answer !== 'unknown') expect(bookings).toBe(answer === 'booked' ? 1 : 0)

    w.pass(coreBudgetMs + 1)
    expect((await confirmUntilFinal(w)).status).toBe(201)
    expect(await audit(w)).toEqual({ booked: 2, bookings: 1 })
    // Whoever comes next learns that the seats are gone.
    expect(told(await confirm(w, askFor(2, 'A-2', 'A-3')))).toMatchObject({
      code: 'seats_unavailable',
      seats: ['A-2'],
    })
    expect(await audit(w)).toEqual({ booked: 2, bookings: 1 })
    return { told: answer, booked: bookings }
  })

const moments = ['before', 'after'] as const

/** Once: the transaction starts again, and the buyer sees nothing of it. */
const passing: readonly (readonly [string, Action])[] = [
  ...moments.flatMap((when): (readonly [string, Action])[] => [
    [`a lost connection ${when} it`, { kind: 'drop', when }],
    [`a write conflict ${when} it`, { kind: 'fail', when, code: 112, codeName: 'WriteConflict' }],
    [`a server going down ${when} it`, { kind: 'fail', when, code: 91, codeName: 'ShutdownInProgress' }],
    [`a step-down ${when} it`, { kind: 'stepDown', when }],
    [`a primary that dies ${when} it`, { kind: 'stepDown', when, closes: true }],
  ]),
  ['the end of its transaction’s lifetime', { kind: 'expireTransaction' }],
]

/** Of a code without a label: nobody may run it again. */
const refusing: readonly (readonly [string, Action])[] = moments.map((when) => [
  `an error without a label ${when} it`,
  { kind: 'fail', when, code: 50, codeName: 'MaxTimeMSExpired', errorLabels: [] },
])

const aborted = {
  code: 251,
  codeName: 'NoSuchTransaction',
  errorLabels: ['TransientTransactionError'],
}

/** Of a commit: it is asked again, and only when it was aborted does the transaction start again. */
const commitOnly: readonly (readonly [string, Action])[] = [
  ['an abort before it', { kind: 'fail', when: 'before', ...aborted }],
  ['no majority, for a moment', { kind: 'refuseMajority' }],
  ['a time-out that leaves the outcome open', unknownCommit],
]

describe.concurrent.each(statements)('a confirm whose statement on %s meets', (_, where) => {
  test.each(passing)('%s is booked once', async (_, action) => {
    expect(await confirmThrough({ ...where, action })).toEqual({ told: 'booked', booked: 1 })
  })

  test.each(refusing)('%s is refused cleanly', async (_, action) => {
    expect(await confirmThrough({ ...where, action })).toEqual({ told: 'refused', booked: 0 })
  })

  test('lost connections without end is refused cleanly', async () => {
    const action = { kind: 'drop', when: 'after' } as const
    const outcome = await confirmThrough({ ...where, times: Number.POSITIVE_INFINITY, action }, 3)
    expect(outcome).toEqual({ told: 'refused', booked: 0 })
  })

  test('an answer slower than the budget is refused cleanly', async () => {
    const action = { kind: 'delay', when: 'after', ms: 300 } as const
    expect(await confirmThrough({ ...where, action }, 1)).toEqual({ told: 'refused', booked: 0 })
  })
})

describe.concurrent('a confirm whose commit meets', () => {
  const commit = { command: 'commitTransaction' }

  test.each([...passing, ...commitOnly])('%s is booked once', async (_, action) => {
    expect(await confirmThrough({ ...commit, action })).toEqual({ told: 'booked', booked: 1 })
  })

  test('an abort that is told although it took effect, as no server says: never told as failed', async () => {
    const action = { kind: 'fail', when: 'after', ...aborted } as const
    expect(await confirmThrough({ ...commit, action })).toEqual({ told: 'unknown', booked: 1 })
  })

  test.each(moments)('lost connections %s it without end is told as unknown', async (when) => {
    const action = { kind: 'drop', when } as const
    const outcome = await confirmThrough({ ...commit, times: Number.POSITIVE_INFINITY, action }, 3)
    expect(outcome).toEqual({ told: 'unknown', booked: when === 'after' ? 1 : 0 })
  })

  test.each(moments)(
    'an answer that comes after the budget (%s the effect) is told as unknown',
    async (when) => {
      const action = { kind: 'delay', when, ms: 300 } as const
      const { told } = await confirmThrough({ ...commit, action }, 1)
      expect(told).toBe('unknown')
    },
  )

  test('no majority without end is told as unknown', async () => {
    const action = { kind: 'refuseMajority' } as const
    const outcome = await confirmThrough({ ...commit, times: Number.POSITIVE_INFINITY, action }, 3)
    expect(outcome.told).toBe('unknown')
  })
})
