import { type ConfirmCommand, type PinReport, SeatId, systemPlatform } from '@holdfast/contract'
import { afterEach, describe, expect, test } from 'vitest'
import { relayOnce } from '../outbox/relay.ts'
import { simulatedPayments } from '../payments/simulated.ts'
import { openSqliteStore } from '../store/sqlite.ts'
import { type Statements, type Store, StoreError } from '../store/store.ts'
import { grantId, owner, testCore, yesInventory } from '../testing.ts'
import { type ConfirmAnswer, type ConfirmCall, confirmHold } from './confirm-hold.ts'
import { decideExpired } from './decide-grant.ts'

type World = Awaited<ReturnType<typeof testCore>>
const open: World[] = []
const world = async (...args: Parameters<typeof testCore>) => {
  const made = await testCore(...args)
  open.push(made)
  return made
}
afterEach(async () => {
  for (const { core } of open.splice(0)) await core.store.close()
})

const pinned = (...seats: string[]): PinReport => ({
  word: 'pinned',
  seats: seats.map((id) => ({ id: SeatId.parse(id), price: 4500 })),
  currency: 'EUR',
  until: systemPlatform.now() + 60_000,
})

interface Ask {
  n: number
  pin: PinReport
  payment?: string | null
  key?: string
  by?: number
}

const confirm = (
  { core, appId, eventId }: World,
  { n, pin, payment = `pay_${n}`, key = `key-${n}`, by = n }: Ask,
) => {
  const command: ConfirmCommand = {
    idempotencyKey: key,
    pin,
    ...(payment !== null && { payment: { id: payment as never } }),
  }
  const call: ConfirmCall = {
    appId,
    eventId,
    grantId: grantId(n),
    owner: owner(by),
    kind: 'publishable',
    requestId: `req_${n}`,
    fingerprint: JSON.stringify([n, command.payment]),
    command,
    deadlineMs: core.platform.now() + 8_000,
  }
  return confirmHold({ ...core, poke: () => {} }, call)
}

const told = (answer: ConfirmAnswer) => ({ status: answer.status, ...JSON.parse(answer.body) })

/** I1, I2: each booked seat has one live booking, each live booking has its seats and a CONFIRMED reservation. */
async function audit({ core, appId, eventId }: World) {
  const seats = await core.store.find(appId, 'seats', { eventId, state: 'BOOKED' }, { limit: 1_000 })
  const bookings = await core.store.find(appId, 'bookings', { eventId }, { limit: 1_000 })
  const live = bookings.filter((booking) => booking.paymentStatus !== 'FAILED')
  const owned = live.flatMap((booking) => booking.seats.map((seat) => `${seat.id}=${booking.bookingId}`))
  expect(owned.sort()).toEqual(seats.map((seat) => `${seat.seatId}=${seat.bookingId}`).sort())
  for (const { grantId } of bookings) {
    const reservation = await core.store.get(appId, 'reservations', { eventId, grantId })
    expect(reservation?.status).toBe('CONFIRMED')
  }
  return { booked: seats.length, bookings: live.length }
}

describe('a confirm that goes well', () => {
  test('books the seats and answers 201 with a receipt', async () => {
    const w = await world()
    const answer = told(await confirm(w, { n: 1, pin: pinned('A-1', 'A-2') }))
    expect(answer).toMatchObject({
      status: 'confirmed',
      total: 9000,
      currency: 'EUR',
      payment: { status: 'SUCCESS' },
    })
    expect(answer.id).toMatch(/^BK-\d{8}-[0-9A-Z]{6}$/)
    expect(answer.receipt.split('.')).toHaveLength(3)
    expect(await audit(w)).toEqual({ booked: 2, bookings: 1 })
  })

  test('gives the same bytes to the same key, and the same booking to another key', async () => {
    const w = await world()
    const first = await confirm(w, { n: 1, pin: pinned('A-1') })
    const again = await confirm(w, { n: 1, pin: { word: 'confirmed' } })
    const other = await confirm(w, { n: 1, pin: { word: 'lost' }, key: 'another' })
    expect(again).toEqual({ ...first, replayed: true })
    expect(other).toEqual({ ...first, replayed: true })
    expect(await audit(w)).toEqual({ booked: 1, bookings: 1 })
  })

  test('refuses the same key with another payment', async () => {
    const w = await world()
    await confirm(w, { n: 1, pin: pinned('A-1') })
    expect(told(await confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_other' }))).toMatchObject({
      code: 'idempotency_key_reused',
    })
  })

  test('takes at most five statements and a commit, whatever the number of seats', async () => {
    for (const seats of [['A-1'], ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6', 'A-7', 'A-8', 'A-9', 'A-10']]) {
      const base = await openSqliteStore({ path: ':memory:' })
      const counts: number[] = []
      const w = await world({ store: counting(base, counts) })
      counts.length = 0
      expect((await confirm(w, { n: 1, pin: pinned(...seats), payment: 'pay_auth_1' })).status).toBe(201)
      expect(counts).toEqual([5])
    }
  })
})

describe('one seat, many buyers', () => {
  test('is sold once although the inventory says ok to everybody', async () => {
    const w = await world()
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => confirm(w, { n: i + 1, pin: pinned('A-1', `A-${2 + (i % 3)}`) })),
    )
    const byStatus = Map.groupBy(answers, (answer) => answer.status)
    expect(byStatus.get(201)).toHaveLength(1)
    expect(byStatus.get(409)).toHaveLength(59)
    for (const answer of byStatus.get(409) ?? []) expect(told(answer).code).toBe('seats_unavailable')
    expect(await audit(w)).toEqual({ booked: 2, bookings: 1 })
  })

  test('one grant confirmed with many keys at once becomes one booking', async () => {
    const w = await world()
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_1', key: `k${i}` }),
      ),
    )
    expect(new Set(answers.map((answer) => answer.body)).size).toBe(1)
    expect(await audit(w)).toEqual({ booked: 1, bookings: 1 })
  })

  test('a double click is told that the first is still running, then gets its answer', async () => {
    const sleep = (ms: number) => systemPlatform.sleep(ms / 20)
    const platform = { ...systemPlatform, sleep }
    const w = await world({ platform, payments: { simulated: simulatedPayments(platform) } })
    const both = await Promise.all(
      [1, 2].map(() => confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_slow_1' })),
    )
    const [slow, fast] = both.toSorted((a, b) => a.status - b.status)
    expect(slow?.status).toBe(201)
    expect(fast && told(fast).code).toBe('in_progress')
    expect(fast?.retryAfterSeconds).toBe(1)
  })
})

describe('the fence', () => {
  test('a sweep that decided EXPIRED defeats a late commit, and the seats stay free', async () => {
    const w = await world()
    const grant = { appId: w.appId, eventId: w.eventId, grantId: grantId(1), owner: null }
    expect(await decideExpired(w.core.store, grant, new Date())).toBe('EXPIRED')
    expect(told(await confirm(w, { n: 1, pin: pinned('A-1') })).code).toBe('hold_expired')
    expect(await audit(w)).toEqual({ booked: 0, bookings: 0 })
  })

  test('a committed booking defeats a late sweep', async () => {
    const w = await world()
    await confirm(w, { n: 1, pin: pinned('A-1') })
    const grant = { appId: w.appId, eventId: w.eventId, grantId: grantId(1), owner: null }
    expect(await decideExpired(w.core.store, grant, new Date())).toBe('CONFIRMED')
    expect(await audit(w)).toEqual({ booked: 1, bookings: 1 })
  })

  test.each(['expired', 'lost', 'released'] as const)(
    'a refusal because the hold was %s is final',
    async (word) => {
      const w = await world()
      const refused = await confirm(w, { n: 1, pin: { word } })
      expect(told(refused).code).toBe(`hold_${word}`)
      expect(await confirm(w, { n: 1, pin: pinned('A-1') })).toEqual({ ...refused, replayed: true })
      expect(told(await confirm(w, { n: 1, pin: pinned('A-1'), key: 'another' })).code).toMatch(
        /^hold_(expired|released)$/,
      )
      expect(await audit(w)).toEqual({ booked: 0, bookings: 0 })
    },
  )

  test.each(['not_found', 'not_ready', 'unavailable'] as const)(
    'a pin that answered %s decides nothing: the same key may still book',
    async (word) => {
      const w = await world()
      await expect(confirm(w, { n: 1, pin: { word } })).rejects.toThrow()
      expect((await confirm(w, { n: 1, pin: pinned('A-1') })).status).toBe(201)
    },
  )
})

describe('money', () => {
  test('a priced event without a payment is refused', async () => {
    const w = await world()
    expect(told(await confirm(w, { n: 1, pin: pinned('A-1'), payment: null })).code).toBe('payment_required')
    expect(await audit(w)).toEqual({ booked: 0, bookings: 0 })
  })

  test('a declined payment leaves the grant undecided: another payment books it', async () => {
    const w = await world()
    const declined = await confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_declined_1' })
    expect(told(declined).code).toBe('payment_declined')
    expect((await confirm(w, { n: 1, pin: pinned('A-1'), key: 'second', payment: 'pay_2' })).status).toBe(201)
    expect(await confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_declined_1' })).toEqual({
      ...declined,
      replayed: true,
    })
  })

  test('one payment pays for one grant', async () => {
    const w = await world()
    const answers = await Promise.all(
      [1, 2, 3].map((n) => confirm(w, { n, pin: pinned(`A-${n}`), payment: 'pay_same' })),
    )
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409])
    expect(answers.map((answer) => told(answer).code).filter(Boolean)).toEqual([
      'payment_already_used',
      'payment_already_used',
    ])
    expect(await audit(w)).toEqual({ booked: 1, bookings: 1 })
  })

  test('a second payment for a sold grant is refused with the booking', async () => {
    const w = await world()
    const { id } = told(await confirm(w, { n: 1, pin: pinned('A-1') }))
    const second = await confirm(w, { n: 1, pin: { word: 'confirmed' }, key: 'second', payment: 'pay_other' })
    expect(told(second)).toMatchObject({ code: 'hold_confirmed', bookingId: id })
  })

  test('reserved money is taken after the commit, and then the booking is paid', async () => {
    const w = await world()
    const { id, payment } = told(await confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_auth_1' }))
    expect(payment.status).toBe('PENDING')
    await relayAll(w)
    expect(await w.core.store.get(w.appId, 'bookings', { bookingId: id })).toMatchObject({
      paymentStatus: 'SUCCESS',
    })
  })

  test('a capture refused for good fails the booking and frees its seats, once', async () => {
    const w = await world()
    const { id } = told(await confirm(w, { n: 1, pin: pinned('A-1', 'A-2'), payment: 'pay_capture_fails_1' }))
    await relayAll(w)
    await relayAll(w)
    expect(await w.core.store.get(w.appId, 'bookings', { bookingId: id })).toMatchObject({
      paymentStatus: 'FAILED',
    })
    expect(
      await w.core.store.get(w.appId, 'seats', { eventId: w.eventId, seatId: SeatId.parse('A-1') }),
    ).toMatchObject({
      state: 'AVAILABLE',
      rev: 2,
    })
    expect(await audit(w)).toEqual({ booked: 0, bookings: 0 })
    expect((await confirm(w, { n: 2, pin: pinned('A-1', 'A-2') })).status).toBe(201)
  })
})

describe('when things break', () => {
  test('a booking id that exists already is made anew, outside the transaction', async () => {
    const ids = [7, 7, 7, 9]
    const random = (bytes: number) =>
      bytes === 6 ? new Uint8Array(6).fill(ids.shift() ?? 1) : systemPlatform.random(bytes)
    const w = await world({ platform: { ...systemPlatform, random } })
    const first = told(await confirm(w, { n: 1, pin: pinned('A-1') }))
    const second = told(await confirm(w, { n: 2, pin: pinned('A-2') }))
    expect(first.id).toMatch(/-777777$/)
    expect(second.id).toMatch(/-999999$/)
    expect(await audit(w)).toEqual({ booked: 2, bookings: 2 })
  })

  test('an unknown commit is told as unknown, and the same key finds the booking', async () => {
    const store = await openSqliteStore({ path: ':memory:' })
    let drop = true
    const lossy: Store = {
      ...store,
      async transaction(budgetMs, work) {
        const result = await store.transaction(budgetMs, work)
        if (drop && seen.has('bookings')) throw new StoreError('outcome_unknown', 'the answer was lost')
        return result
      },
    }
    const seen = new Set<string>()
    const w = await world({
      store: {
        ...lossy,
        transaction: (budget, work) => lossy.transaction(budget, (tx) => work(watching(tx, seen))),
      },
    })
    expect(told(await confirm(w, { n: 1, pin: pinned('A-1') })).code).toBe('outcome_unknown')
    drop = false
    expect((await confirm(w, { n: 1, pin: pinned('A-1') })).status).toBe(201)
    expect(await audit(w)).toEqual({ booked: 1, bookings: 1 })
  })

  test('a store that refuses leaves the key free for a retry', async () => {
    const store = await openSqliteStore({ path: ':memory:' })
    let broken = false
    const w = await world({
      store: {
        ...store,
        async transaction(budgetMs, work) {
          if (broken) throw new StoreError('unavailable', 'no')
          return store.transaction(budgetMs, work)
        },
      },
    })
    broken = true
    await expect(confirm(w, { n: 1, pin: pinned('A-1') })).rejects.toThrow(StoreError)
    broken = false
    expect((await confirm(w, { n: 1, pin: pinned('A-1') })).status).toBe(201)
  })

  test('a claim whose holder died is taken over, and the dead holder can no longer complete it', async () => {
    let now = 1_800_000_000_000
    const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const answer = Promise.withResolvers<'captured'>()
    let calls = 0
    const authorise = () => {
      asked[calls++]?.resolve()
      return answer.promise
    }
    const stuck = { authorise, capture: async () => 'captured' as const }
    const w = await world({ platform: { ...systemPlatform, now: () => now }, payments: { simulated: stuck } })
    const dead = confirm(w, { n: 1, pin: pinned('A-1') }).then(
      (late) => told(late).code,
      (error: StoreError) => error.code,
    )
    await asked[0]?.promise
    now += 9_000
    const heir = confirm(w, { n: 1, pin: pinned('A-1') })
    await asked[1]?.promise
    answer.resolve('captured')
    // The dead one is out of time, and out of its claim.
    expect(['in_progress', 'unavailable']).toContain(await dead)
    expect((await heir).status).toBe(201)
    expect(await audit(w)).toEqual({ booked: 1, bookings: 1 })
    expect((await confirm(w, { n: 1, pin: pinned('A-1') })).status).toBe(201)
  })

  test('a committed booking is told to an inventory that was away', async () => {
    const applied: string[] = []
    let away = false
    const inventory = {
      ...yesInventory(),
      apply: async (_: unknown, seats: readonly { seatId: string; state: string }[]) => {
        if (away) throw new Error('away')
        applied.push(...seats.map((seat) => `${seat.seatId} ${seat.state}`))
        return { word: 'applied' as const, nowMs: 0 }
      },
    }
    const w = await world({ inventory })
    await relayAll(w)
    applied.length = 0
    away = true
    await confirm(w, { n: 1, pin: pinned('A-1') })
    await relayAll(w)
    away = false
    await relayAll(w)
    expect(applied).toEqual(['A-1 BOOKED'])
  })
})

let hours = 0

/** Runs the relay as if all rows were due, an hour after the last time. */
async function relayAll({ core }: World): Promise<void> {
  hours += 1
  const now = () => systemPlatform.now() + hours * 3_600_000
  await relayOnce({ ...core, platform: { ...core.platform, now } })
}

const names = ['insert', 'get', 'find', 'count', 'updateIf', 'putIf', 'delete'] as const

/** Calls `each` before every statement. */
function observed(tx: Statements, each: (collection: string) => void): Statements {
  return Object.fromEntries(
    names.map((name) => [
      name,
      (...args: [never, never, never, never]) => {
        each(args[1])
        return (tx[name] as (...all: unknown[]) => unknown)(...args)
      },
    ]),
  ) as unknown as Statements
}
const watching = (tx: Statements, seen: Set<string>) => observed(tx, (collection) => seen.add(collection))

/** Counts the statements of each transaction. */
const counting = (store: Store, counts: number[]): Store => ({
  ...store,
  async transaction(budgetMs, work) {
    let count = 0
    const result = await store.transaction(budgetMs, (tx) => work(observed(tx, () => (count += 1))))
    counts.push(count)
    return result
  },
})
