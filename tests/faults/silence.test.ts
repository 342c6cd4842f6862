import { BookingView, edgeBudgetMs, HoldView, inventoryCallMs } from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import { afterEach, describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { inFlight, until } from '../contract/inventory/poll.ts'
import { buyerOf, createClient, told, wordOf } from '../e2e/client.ts'
import type { Shop } from '../e2e/world.ts'
import { auditEvent } from '../support/audit.ts'
import { auditMoney } from '../support/audit-money.ts'
import { sqlite } from '../support/databases.ts'
import type { FaultKind, Rule } from '../support/fault-proxy.ts'
import { figures, insist, type Line, useLossyWorld } from './world.ts'

/** The longest that any request may take: an inventory call with its second delivery, then core. */
const answerMsMax = 2 * inventoryCallMs + edgeBudgetMs
const healedMsMax = 20_000

describe('a part falls silent, and the others still answer', () => {
  const world = useLossyWorld({ ...sqlite, redis: 'server' }, { edgeToRedis: 'tcp' })
  afterEach(() => world().heal())

  /** Somebody who waits as long as an answer may take, and no longer. */
  const buyer = (shop: Shop, event: EventRef, name: string) =>
    buyerOf(
      createClient(shop.edgeUrl, { 'x-api-key': shop.secretKey, 'x-external-user-id': name }, answerMsMax),
      event,
    )

  const lost: { readonly fault: FaultKind; readonly effect: 'none' | 'booked' }[] = [
    { fault: 'request_dropped', effect: 'none' },
    { fault: 'half_open', effect: 'none' },
    { fault: 'reset', effect: 'none' },
    { fault: 'answer_dropped', effect: 'booked' },
    { fault: 'answer_reset', effect: 'booked' },
  ]

  test('F25, F26: a confirm whose request or answer is lost between edge and core is unknown, its hold tells the truth, and its key gets one final answer', async () => {
    const { lines, openShop, stack, store } = world()
    const shop = await openShop()
    const event = await shop.sell('confirms', lost.length)
    const sales = await Promise.all(
      lost.map(async (one, n) => {
        const who = buyer(shop, event, `buyer-${n}`)
        const { id } = told(201, HoldView, await who.hold([`S-${n + 1}`]))
        return { ...one, id, who, send: () => who.confirm(id, `pay_${n}`, `key-${n}`) }
      }),
    )
    const rules = sales.map(
      ({ fault, id }): Rule => ({
        ...{ fault, times: 1, matches: new RegExp(`^POST \\S+${id}/confirm`) },
      }),
    )
    lines.edgeAndCore.inflict(...rules)
    const first = await Promise.all(sales.map(({ send }) => send()))
    expect(first.map(wordOf)).toEqual(lost.map(() => '202 outcome_unknown'))
    expect(lost.map(({ fault }) => lines.edgeAndCore.counts[fault])).toEqual(lost.map(() => 1))

    for (const [n, { id, who, effect }] of sales.entries()) {
      expect(first[n]?.headers.get('location')).toBe(`/v1/events/confirms/holds/${id}`)
      const { status } = told(200, HoldView, await who.read(id))
      expect(status).toBe(effect === 'booked' ? 'confirmed' : 'confirming')
    }
    const final = await Promise.all(sales.map(({ send }) => send()))
    const again = await Promise.all(sales.map(({ send }) => send()))
    expect(again.map(({ text }) => text)).toEqual(final.map(({ text }) => text))
    const bookings = new Set(final.map((answer) => told(201, BookingView, answer).id))
    for (const [n, { id, who }] of sales.entries()) {
      expect(told(200, HoldView, await who.read(id)).bookingId).toBe(told(201, BookingView, final[n]).id)
    }
    expect(await auditEvent(stack, event, bookings)).toMatchObject({
      ...{ bookings: lost.length, seatsSold: lost.length, seatsInDisagreement: 0, lostBookings: 0 },
    })
    const { orphanCaptures, captured, earned } = await auditMoney(store, shop.appId)
    expect({ orphanCaptures, captured }).toEqual({ orphanCaptures: 0, captured: earned })
    figures('confirms lost between edge and core', { unknown: first.length, bookings: bookings.size })
  })

  test('I8: a confirm that a gateway delivers twice is one booking, whichever of the two is answered', async () => {
    const { lines, openShop, stack } = world()
    const shop = await openShop()
    const event = await shop.sell('twice', 20)
    lines.edgeAndCore.inflict({ fault: 'duplicate', matches: /^POST \S+\/confirm/ })
    const answers = await inFlight(
      5,
      Array.from({ length: 20 }, (_, n) => async () => {
        const who = buyer(shop, event, `buyer-${n}`)
        const { id } = told(201, HoldView, await who.hold([`S-${n + 1}`]))
        return insist(() => who.confirm(id, `pay_${n}`, `key-${n}`))
      }),
    )
    const bookings = new Set(answers.map((answer) => told(201, BookingView, answer).id))
    expect(lines.edgeAndCore.counts.duplicate).toBeGreaterThanOrEqual(20)
    expect(await auditEvent(stack, event, bookings)).toMatchObject({
      ...{ bookings: 20, seatsSold: 20, doubleSales: 0, seatsInDisagreement: 0 },
    })
  })

  const silences: [string, Line[], Rule][] = [
    ['Redis is gone without a word', ['edgeAndRedis', 'coreAndRedis'], { fault: 'half_open' }],
    ['Redis answers the edge later than anybody waits', ['edgeAndRedis'], { fault: 'latency', ms: 5_000 }],
    ['core is gone without a word', ['edgeAndCore'], { fault: 'half_open' }],
  ]
  test.each(silences)(
    'I13: while %s every request is answered within its time, and afterwards all goes on',
    async (_, silent, rule) => {
      const { lines, openShop, stack } = world()
      const shop = await openShop()
      const event = await shop.sell('hung', 4)
      const who = buyer(shop, event, 'ann')
      const [one, two] = [await who.hold(['S-1']), await who.hold(['S-2'])]
      const [held, other] = [told(201, HoldView, one).id, told(201, HoldView, two).id]
      for (const line of silent) lines[line].inflict(rule)
      const requests: (() => Promise<ApiAnswer>)[] = [
        () => who.hold(['S-3'], 'hold'),
        () => who.read(held),
        () => who.extend(held, 'extend'),
        () => who.release(other),
        () => who.confirm(held, 'pay_ann', 'confirm'),
        () => who.client.call('GET', '/v1/events'),
        () => who.client.call('GET', '/v1/events/hung/seats'),
        () => who.client.call('GET', '/v1/bookings'),
      ]
      const answers = await Promise.all(requests.map((send) => send()))
      for (const answer of answers) expect(wordOf(answer)).toMatch(/^(20[0124]|202 \w+|503 \w+|409 \w+)$/)
      for (const line of silent) expect(lines[line].counts[rule.fault]).toBeGreaterThan(0)

      world().heal()
      const booked = await insist(() => who.confirm(held, 'pay_ann', 'confirm'), healedMsMax)
      await insist(() => who.hold(['S-3'], 'hold'), healedMsMax)
      const bob = buyer(shop, event, 'bob')
      const last = told(201, HoldView, await insist(() => bob.hold(['S-4'], 'bob'), healedMsMax))
      const sold = await insist(() => bob.confirm(last.id, 'pay_bob', 'bob'), healedMsMax)
      const ids = new Set([booked, sold].map((answer) => told(201, BookingView, answer).id))
      await until(async () => (await auditEvent(stack, event, ids)).seatsInDisagreement === 0, healedMsMax)
      expect(await auditEvent(stack, event, ids)).toMatchObject({
        ...{ bookings: 2, doubleSales: 0, undecidedBookings: 0, lostBookings: 0, overlappingHolds: 0 },
      })
    },
  )
})
