import { BookingView, HoldView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { answersOk } from '../../edge/dev/processes.ts'
import { inFlight, until } from '../contract/inventory/poll.ts'
import { buyerOf, tally, told, wordOf } from '../e2e/client.ts'
import { startWorld, type World } from '../e2e/world.ts'
import { auditEvent } from '../support/audit.ts'
import { auditMoney } from '../support/audit-money.ts'
import { sqlite } from '../support/databases.ts'
import { figures, insist } from './world.ts'

const seatCount = 150

describe('the disk of a SQLite store is full in the middle of a sale', () => {
  let world: World
  beforeAll(async () => {
    const disk = new URL('./children/disk.ts', import.meta.url)
    const coreEnv = { NODE_OPTIONS: `--import=${disk}` }
    world = await startWorld({ ...sqlite, redis: 'server' }, { coreEnv })
  })
  afterAll(() => world?.stop())
  const turnDisk = () => process.kill(world.stack.core.pid, 'SIGUSR2')

  test('I1, I2, I3, I9: it is refused with a word that says to come again, nothing is half written, and when there is room all goes on', async () => {
    const { stack, store, openShop } = world
    const shop = await openShop()
    const event = await shop.sell('full', seatCount)
    const { appId, eventId } = event
    const purchases = await inFlight(
      20,
      Array.from({ length: seatCount }, (_, n) => async () => {
        const buyer = buyerOf(shop.user(`buyer-${n}`), event)
        const { id } = told(201, HoldView, await buyer.hold([`S-${n + 1}`]))
        return () => buyer.confirm(id, `pay_${n % 4 === 0 ? 'auth_' : ''}${n}`, `key-${n}`)
      }),
    )
    const answers: ApiAnswer[] = []
    await inFlight(
      20,
      purchases.map((send, n) => async () => {
        if (n === 30) turnDisk()
        answers[n] = await send()
      }),
    )
    const words = tally(answers)
    expect(Object.keys(words).toSorted()).toEqual(['201', '503 dependency_unavailable'])
    for (const answer of answers.filter(({ status }) => status === 503)) {
      expect(answer.body).toMatchObject({ retryable: true })
      expect(answer.headers.get('retry-after')).toBe('1')
    }

    // Nothing more is written: what there is is whole.
    const limit = 10_000
    const booked = answers.filter(({ status }) => status === 201)
    const bookings = await store.find(appId, 'bookings', { eventId }, { limit })
    const seats = await store.find(appId, 'seats', { eventId, state: 'BOOKED' }, { limit })
    const decided = await store.find(appId, 'reservations', { eventId, status: 'CONFIRMED' }, { limit })
    expect(bookings.map((one) => one.bookingId).toSorted()).toEqual(
      booked.map((answer) => told(201, BookingView, answer).id).toSorted(),
    )
    expect(new Set(seats.map((one) => `${one.seatId} ${one.bookingId}`))).toEqual(
      new Set(bookings.flatMap((one) => one.seats.map(({ id }) => `${id} ${one.bookingId}`))),
    )
    expect(new Set(decided.map((one) => one.bookingId))).toEqual(
      new Set(bookings.map((one) => one.bookingId)),
    )
    expect(await answersOk(`${stack.coreUrl}/livez`)).toBe(true)

    turnDisk()
    const final = await inFlight(
      20,
      purchases.map((send) => () => insist(send)),
    )
    for (const [n, answer] of answers.entries()) {
      if (answer.status === 201) expect(final[n]?.text).toBe(answer.text)
    }
    const ids = new Set(final.map((answer) => told(201, BookingView, answer).id))
    expect(await auditEvent(stack, event, ids)).toEqual({
      ...{ bookings: seatCount, seatsSold: seatCount, lostBookings: 0, undecidedBookings: 0 },
      ...{ doubleSales: 0, seatsInDisagreement: 0, partialBookings: 0, overlappingHolds: 0 },
    })
    const money = () => auditMoney(store, appId)
    await until(async () => (await money()).restless.length === 0)
    const { orphanCaptures, captured, refunded, earned } = await money()
    expect({ orphanCaptures, kept: captured - refunded }).toEqual({ orphanCaptures: 0, kept: earned })
    figures('a full disk', {
      ...words,
      bookings: ids.size,
      orphanCaptures,
      'final answers': final.filter((answer) => wordOf(answer) === '201').length,
    })
  })
})
