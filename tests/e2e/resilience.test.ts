import { BookingView, HoldView } from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import { afterEach, describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { answersOk } from '../../edge/dev/processes.ts'
import { inFlight, until } from '../contract/inventory/poll.ts'
import { auditEvent } from '../support/audit.ts'
import { flushRedis } from '../support/inventory.ts'
import { type Buyer, buyerOf, refused, tally, told, wordOf } from './client.ts'
import { everyStore, mapOf, type Shop, useWorld } from './world.ts'

const rebuiltMsMax = 20_000
/** A MongoDB keeps what a killed core had begun for 60 s, unless it was told otherwise. */
const decidedMsMax = 90_000

/** A buyer with a hold, and one confirm of it that may be sent any number of times. */
interface Purchase {
  readonly holdId: string
  readonly send: () => Promise<ApiAnswer>
}

/** As many buyers as there are seats, each with one of them; every fifth will pay with a card that is declined. */
async function purchases(shop: Shop, event: EventRef, count: number): Promise<Purchase[]> {
  const tasks = Array.from({ length: count }, (_, n) => async () => {
    const buyer = buyerOf(shop.user(`buyer-${n}`), event)
    const hold = told(201, HoldView, await buyer.hold([`S-${n + 1}`]))
    const payment = `pay_${n % 5 === 0 ? 'declined_' : ''}${event.eventId}_${n}`
    return { holdId: hold.id, send: () => buyer.confirm(hold.id, payment, `key-${n}`) }
  })
  return inFlight(20, tasks)
}

const isFinal = (answer: ApiAnswer) => /^(201|402 payment_declined)$/.test(wordOf(answer))

/** Sends a confirm again until it has been decided. */
async function settled({ send }: Purchase): Promise<ApiAnswer> {
  let answer = await send()
  await until(async () => {
    if (!isFinal(answer)) answer = await send()
    return isFinal(answer)
  }, decidedMsMax)
  return answer
}

describe.each(everyStore)('what breaks costs nobody a seat or a sale, on $store', (ground) => {
  const world = useWorld(ground)
  afterEach(async () => {
    const { stack } = world()
    if (!(await answersOk(`${stack.coreUrl}/readyz`))) await stack.restartCore()
  })

  /** Nothing is sold twice, nothing that was told is lost, and Redis says what the store says. */
  async function expectIntegrity(event: EventRef, answers: readonly ApiAnswer[]) {
    const booked = answers.filter(({ status }) => status === 201)
    const ids = new Set(booked.map((answer) => told(201, BookingView, answer).id))
    expect(await auditEvent(world().stack, event, ids)).toEqual({
      ...{ bookings: ids.size, seatsSold: ids.size, lostBookings: 0, undecidedBookings: 0 },
      ...{ doubleSales: 0, seatsInDisagreement: 0, partialBookings: 0, overlappingHolds: 0 },
    })
  }

  /** Sends every confirm and, when so many were answered, does something to core. Gives the first answers. */
  async function confirmWhile(all: readonly Purchase[], answered: number, act: () => Promise<void>) {
    let [count, acting] = [0, Promise.resolve()]
    const answers = await Promise.all(
      all.map(async ({ send }) => {
        const answer = await send()
        count += 1
        if (count === answered) acting = act()
        return answer
      }),
    )
    await acting
    return answers
  }

  /** What was final stays so byte for byte; what was not becomes so, once. */
  async function expectOneOutcomeEach(all: readonly Purchase[], first: readonly ApiAnswer[]) {
    const second = await inFlight(
      20,
      all.map((purchase) => () => settled(purchase)),
    )
    const third = await inFlight(
      20,
      all.map(({ send }) => send),
    )
    // A declined payment may be made good, so its refusal is given anew each time.
    const said = (answer: ApiAnswer | undefined) =>
      answer?.status === 201 ? answer.text : answer && wordOf(answer)
    expect(third.map(said)).toEqual(second.map(said))
    for (const [n, answer] of first.entries()) {
      if (isFinal(answer)) expect(said(second[n])).toBe(said(answer))
    }
    expect(tally(second)).toEqual({
      '201': all.length - all.length / 5,
      '402 payment_declined': all.length / 5,
    })
    return second
  }

  test('F25: confirms under way when core is killed have one outcome each', async () => {
    const { stack, openShop } = world()
    const shop = await openShop()
    const event = await shop.sell('killed', 100)
    const all = await purchases(shop, event, 100)

    const first = await confirmWhile(all, 10, () => stack.core.stop('SIGKILL'))
    expect(Object.keys(tally(first))).toContain('202 outcome_unknown')
    await stack.restartCore()
    const final = await expectOneOutcomeEach(all, first)
    await expectIntegrity(event, final)
  })

  test('F29: confirms under way when core is told to stop are answered, and those it did not take can be sent again', async () => {
    const { stack, openShop } = world()
    const shop = await openShop()
    const event = await shop.sell('stopped', 40)
    const all = await purchases(shop, event, 40)

    const first = await confirmWhile(all, 10, () => stack.core.stop('SIGTERM'))
    const words = Object.keys(tally(first))
    expect(['201', '402 payment_declined', '503 dependency_unavailable']).toEqual(
      expect.arrayContaining(words),
    )
    await stack.restartCore()
    const final = await expectOneOutcomeEach(all, first)
    await expectIntegrity(event, final)
  })

  test('F29: a core that is told to stop finishes every confirm it has begun, and meanwhile is alive and not ready', async () => {
    const { stack, store, openShop } = world()
    const shop = await openShop()
    const event = await shop.sell('drained', 20)
    const holds = await inFlight(
      20,
      Array.from({ length: 20 }, (_, n) => async () => {
        const buyer = buyerOf(shop.user(`buyer-${n}`), event)
        return { buyer, ...told(201, HoldView, await buyer.hold([`S-${n + 1}`])) }
      }),
    )
    const confirms = holds.map(({ buyer, id }, n) => buyer.confirm(id, `pay_slow_${n}`))
    // Its payment is on record before the slow provider is asked: core has begun them all.
    await until(async () => (await store.count(event.appId, 'payments', {})) === holds.length)

    const stopping = stack.core.stop('SIGTERM')
    const statusOf = async (path: string) => (await fetch(`${stack.coreUrl}${path}`)).status
    await until(async () => (await statusOf('/readyz')) === 503)
    expect(await statusOf('/livez')).toBe(200)
    const answers = await Promise.all(confirms)
    expect(tally(answers)).toEqual({ '201': holds.length })
    await stopping
    await stack.restartCore()
    await expectIntegrity(event, answers)
  })

  test('F25, I13: without core seats can be held, and no confirm is told that it failed', async () => {
    const { stack, openShop } = world()
    const shop = await openShop()
    const event = await shop.sell('without-core', 2)
    const buyer = buyerOf(shop.user('ann'), event)
    const early = told(201, HoldView, await buyer.hold(['S-1']))

    await stack.core.stop('SIGTERM')
    const late = told(201, HoldView, await buyer.hold(['S-2']))
    for (const { id } of [early, late]) {
      const answer = await buyer.confirm(id, `pay_${id}`, id)
      expect(wordOf(answer)).toBe('503 dependency_unavailable')
      expect(answer.headers.get('retry-after')).toBe('1')
      expect(told(200, HoldView, await buyer.read(id)).status).toBe('confirming')
    }

    await stack.restartCore()
    const answers = await Promise.all([early, late].map(({ id }) => buyer.confirm(id, `pay_${id}`, id)))
    await expectIntegrity(event, answers)
  })

  test('F7, F26: a Redis that has lost everything is built again, with what was sold and without what was held', async () => {
    const { stack, openShop } = world()
    const shop = await openShop()
    const event = await shop.sell('flushed', 50)
    const all = await purchases(shop, event, 20)
    const bookings = await Promise.all(all.slice(0, 10).map(settled))
    const sold = bookings.flatMap((one) => (one.status === 201 ? told(201, BookingView, one).seats : []))
    const dan = buyerOf(shop.user('dan'), event)
    const lost = told(201, HoldView, await dan.hold(['S-50'])).id

    await flushRedis(stack.redis)
    refused('event_not_ready', await dan.hold(['S-50']))
    const eve = buyerOf(shop.user('eve'), event)
    const words = new Set<string>()
    let hold: ApiAnswer | undefined
    await until(async () => {
      hold = await eve.hold(['S-49'], 'one')
      words.add(wordOf(hold))
      return hold.status === 201
    }, rebuiltMsMax)
    expect(words).toEqual(new Set(['503 event_not_ready', '201']))

    const soldIndexes = new Set(sold.map(({ id }) => Number(id.slice(2)) - 1))
    const expected = Array.from({ length: 50 }, (_, i) => (i === 48 ? 'H' : soldIndexes.has(i) ? 'B' : 'F'))
    expect(await mapOf(world(), event)).toBe(expected.join(''))
    refused('seats_unavailable', await eve.hold([sold[0]?.id ?? '']))
    await expectLost(dan, lost)
    for (const { send } of all.slice(10)) refused('hold_lost', await send())
    const last = await eve.confirm(told(201, HoldView, hold).id, 'pay_eve')
    await expectIntegrity(event, [...bookings, last])
  })

  async function expectLost(buyer: Buyer, id: string) {
    expect(told(200, HoldView, await buyer.read(id)).status).toBe('lost')
    refused('hold_lost', await buyer.extend(id))
    refused('hold_lost', await buyer.release(id))
    refused('hold_lost', await buyer.confirm(id, 'pay_dan', 'dan'))
    refused('hold_lost', await buyer.confirm(id, 'pay_dan', 'dan'))
  }

  test('a confirm does not wait for those who sign up at the same time', async () => {
    const shop = await world().openShop()
    const event = await shop.sell('sign-ups', 1)
    const buyer = buyerOf(shop.user('ann'), event)
    const hold = told(201, HoldView, await buyer.hold(['S-1']))

    // More of them come for as long as it takes: however slow the machine is, there is a queue that it could wait in.
    let [signedUp, isBooked] = [0, false]
    const signUps = Array.from({ length: 50 }, async (_, n) => {
      for (let nth = 0; !isBooked; nth++) {
        const body = { email: `user-${n}-${nth}@example.org` }
        const answer = await shop.server.call('POST', '/v1/auth/codes', { body })
        // On a machine that is busy with other things some are told to come again, or that nobody had time: which is right.
        expect(wordOf(answer)).toMatch(/^(202|503 (overloaded|dependency_unavailable))$/)
        signedUp += 1
      }
    })
    await until(async () => signedUp > 0)
    let booked: ApiAnswer | undefined
    let before = 0
    await until(async () => {
      before = signedUp
      booked = await buyer.confirm(hold.id, 'pay_1', 'confirm')
      return !/^(202|503)|in_progress/.test(wordOf(booked))
    })
    // Who waits behind fifty others sees all of them leave.
    expect(signedUp - before).toBeLessThan(50)
    isBooked = true
    told(201, BookingView, booked)
    await Promise.all(signUps)
  })
})
