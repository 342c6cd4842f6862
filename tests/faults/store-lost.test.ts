import { BookingView, HoldView } from '@holdfast/contract'
import { afterEach, describe, expect, test } from 'vitest'
import { inFlight, until } from '../contract/inventory/poll.ts'
import { buyerOf, tally, told } from '../e2e/client.ts'
import { auditEvent } from '../support/audit.ts'
import { auditMoney } from '../support/audit-money.ts'
import { mongos } from '../support/databases.ts'
import { figures, insist, useLossyWorld } from './world.ts'

const sales = 40

describe('F20, F21, F22: the network between core and MongoDB loses commits', () => {
  const world = useLossyWorld({ ...mongos[0], redis: 'server' }, { edgeToRedis: 'tcp' })
  afterEach(() => world().heal())

  test('F21: a commit whose result is unknown is never told as failed, its hold tells the truth, and its key gets one final answer', async () => {
    const { lines, openShop, stack, store } = world()
    const shop = await openShop()
    const event = await shop.sell('unknown', sales)
    const purchases = await inFlight(
      10,
      Array.from({ length: sales }, (_, n) => async () => {
        const buyer = buyerOf(shop.user(`buyer-${n}`), event)
        const { id } = told(201, HoldView, await buyer.hold([`S-${n + 1}`]))
        return { id, buyer, send: () => buyer.confirm(id, `pay_${n}`, `key-${n}`) }
      }),
    )
    const matches = /commitTransaction/
    lines.coreAndStore.inflict(
      // Each once for certain, and then by chance.
      ...(['answer_reset', 'answer_dropped', 'half_open'] as const).map((fault) => ({
        fault,
        matches,
        times: 1,
      })),
      { fault: 'answer_reset', matches, chance: 0.2 },
      { fault: 'answer_dropped', matches, chance: 0.2 },
      { fault: 'half_open', matches, chance: 0.15 },
    )
    const first = await inFlight(
      20,
      purchases.map(({ send }) => send),
    )
    const { counts } = lines.coreAndStore
    world().heal()
    const words = tally(first)
    for (const word of Object.keys(words)) expect(word).toMatch(/^(201|202 outcome_unknown|503 \w+)$/)
    expect(words['202 outcome_unknown']).toBeGreaterThan(0)
    for (const kind of ['answer_reset', 'answer_dropped', 'half_open'] as const) {
      expect(counts[kind], kind).toBeGreaterThan(0)
    }

    const seen = await inFlight(
      10,
      purchases.map(
        ({ id, buyer }) =>
          async () =>
            told(200, HoldView, await insist(() => buyer.read(id))),
      ),
    )
    const final = await inFlight(
      10,
      purchases.map(
        ({ send }) =>
          () =>
            insist(send),
      ),
    )
    const again = await inFlight(
      10,
      purchases.map(({ send }) => send),
    )
    expect(again.map(({ text }) => text)).toEqual(final.map(({ text }) => text))
    const bookings = final.map((answer) => told(201, BookingView, answer).id)
    for (const [n, { status, bookingId }] of seen.entries()) {
      expect(status).toMatch(/^confirm(ing|ed)$/)
      if (status === 'confirmed') expect(bookingId).toBe(bookings[n])
      if (first[n]?.status === 201) expect(final[n]?.text).toBe(first[n].text)
    }
    expect(await auditEvent(stack, event, new Set(bookings))).toEqual({
      ...{ bookings: sales, seatsSold: sales, lostBookings: 0, undecidedBookings: 0 },
      ...{ doubleSales: 0, seatsInDisagreement: 0, partialBookings: 0, overlappingHolds: 0 },
    })
    const money = () => auditMoney(store, event.appId)
    await until(async () => (await money()).restless.length === 0)
    const { orphanCaptures, captured, earned } = await money()
    expect({ orphanCaptures, captured }).toEqual({ orphanCaptures: 0, captured: earned })
    figures(`commits lost between core and MongoDB`, {
      ...words,
      ...{ 'answers reset': counts.answer_reset, 'answers dropped': counts.answer_dropped },
      ...{ 'half-open': counts.half_open, bookings: bookings.length, orphanCaptures },
    })
  })
})
