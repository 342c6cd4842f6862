import {
  BlockSeatsReply,
  BookingView,
  EventSummary,
  EventView,
  HoldView,
  SeatsView,
} from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { until } from '../contract/inventory/poll.ts'
import { seatPrice } from '../support/selling.ts'
import { buyerOf, refused, told } from './client.ts'
import { footprintOf } from './stage.ts'
import { everyGround, mapOf, type Shop, useWorld } from './world.ts'

const put = async (shop: Shop, eventId: string, change: object) => {
  const body = { name: eventId, currency: 'EUR', ...change }
  return told(200, EventSummary, await shop.server.call('PUT', `/v1/events/${eventId}`, { body }))
}
const seatsOf = (shop: Shop, eventId: string, verb: 'block' | 'unblock', seats: readonly string[]) =>
  shop.server.call('POST', `/v1/events/${eventId}/seats/${verb}`, { body: { seats } })
const fromNow = (ms: number) => new Date(Date.now() + ms).toISOString()

/** What an organiser changes while buyers buy. */
describe.each(everyGround)('an organiser, on $store and the $redis Redis', (ground) => {
  const world = useWorld(ground)

  test('changes prices, and a live hold is booked at the price it was given', async () => {
    const shop = await world().openShop()
    const event = await shop.sell('prices', 4)
    const [early, late] = [buyerOf(await shop.guest(), event), buyerOf(await shop.guest(), event)]
    const hold = told(201, HoldView, await early.hold(['S-1', 'S-2']))
    const seats = ['S-1', 'S-2', 'S-3'].map((id) => ({ id, price: 9_900 }))
    await shop.server.call('PUT', '/v1/events/prices/seats', { body: { seats } })

    expect(told(200, HoldView, await early.read(hold.id)).total).toBe(2 * seatPrice)
    expect(told(200, HoldView, await early.extend(hold.id)).total).toBe(2 * seatPrice)
    const booking = told(201, BookingView, await early.confirm(hold.id, 'pay_prices'))
    expect(booking).toMatchObject({ total: 2 * seatPrice, seats: hold.seats })
    const [payment] = await world().store.find(
      shop.appId,
      'payments',
      { paymentId: 'pay_prices' as never },
      { limit: 1 },
    )
    expect(payment?.amount).toBe(2 * seatPrice)
    expect(told(201, HoldView, await late.hold(['S-3', 'S-4'])).total).toBe(9_900 + seatPrice)
    const { chart } = told(200, EventView, await shop.page.call('GET', '/v1/events/prices'))
    const shown = chart.sections.flatMap(({ rows }) => rows.flatMap((row) => row.seats))
    expect(shown.map(({ price }) => price)).toEqual([9_900, 9_900, 9_900, seatPrice])
  })

  test('blocks seats, held and sold ones too: they stay with who has them, and are not for sale again', async () => {
    const shop = await world().openShop()
    const event = await shop.sell('blocks', 5)
    const [alice, bob] = [buyerOf(await shop.guest(), event), buyerOf(await shop.guest(), event)]
    const sold = told(201, HoldView, await alice.hold(['S-1']))
    told(201, BookingView, await alice.confirm(sold.id, 'pay_blocks'))
    const [kept, given] = [
      told(201, HoldView, await alice.hold(['S-2'])),
      told(201, HoldView, await bob.hold(['S-3'])),
    ]
    await until(async () => (await mapOf(world(), event)) === 'BHHFF')

    const blocked = () => seatsOf(shop, 'blocks', 'block', ['S-1', 'S-2', 'S-3', 'S-4'])
    expect(told(200, BlockSeatsReply, await blocked())).toMatchObject({ changed: 4, unchanged: 0 })
    expect(await mapOf(world(), event)).toBe('BHHXF')
    const before = await footprintOf(world(), event)
    expect(told(200, BlockSeatsReply, await blocked())).toMatchObject({ changed: 0, unchanged: 4 })
    expect(refused('unknown_seat', await seatsOf(shop, 'blocks', 'block', ['S-5', 'X-1']))).toMatchObject({
      seats: ['X-1'],
    })
    expect(refused('seats_unavailable', await bob.hold(['S-4', 'S-5'])).seats).toEqual(['S-4'])
    expect(await footprintOf(world(), event)).toEqual(before)

    told(201, BookingView, await alice.confirm(kept.id, 'pay_blocks_2'))
    expect((await bob.release(given.id)).status).toBe(204)
    await until(async () => (await mapOf(world(), event)) === 'BBXXF')
    refused('seats_unavailable', await bob.hold(['S-3']))
    const view = told(200, SeatsView, await shop.page.call('GET', '/v1/events/blocks/seats?status=blocked'))
    expect(view).toMatchObject({
      counts: { free: 1, booked: 2, blocked: 2 },
      seats: [{ id: 'S-3' }, { id: 'S-4' }],
    })

    told(200, BlockSeatsReply, await seatsOf(shop, 'blocks', 'unblock', ['S-1', 'S-3', 'S-4']))
    expect(await mapOf(world(), event)).toBe('BBFFF')
    told(201, HoldView, await bob.hold(['S-3', 'S-4']))
  })

  test('closes a sale, opens it again, and gives it times: who holds may book, nobody else may hold', async () => {
    const shop = await world().openShop()
    const event = await shop.sell('times', 4)
    const [alice, bob] = [buyerOf(await shop.guest(), event), buyerOf(await shop.guest(), event)]
    const hold = told(201, HoldView, await alice.hold(['S-1']))
    const refusedNow = async (code: 'sale_closed' | 'sale_not_started') => {
      const before = await footprintOf(world(), event)
      const answer = await bob.hold(['S-2'])
      const problem = refused(code, answer)
      expect(await footprintOf(world(), event)).toEqual(before)
      return { problem, retryAfter: answer.headers.get('retry-after') }
    }

    expect(await put(shop, 'times', { sale: 'closed' })).toMatchObject({ sale: 'closed' })
    expect((await refusedNow('sale_closed')).retryAfter).toBeNull()
    const onSaleAt = fromNow(90_000)
    expect(await put(shop, 'times', { sale: 'open', onSaleAt })).toMatchObject({ onSaleAt, offSaleAt: null })
    const { problem, retryAfter } = await refusedNow('sale_not_started')
    expect(problem).toMatchObject({ opensAt: onSaleAt, retryable: true })
    expect(Number(retryAfter)).toBeGreaterThan(60)
    expect(Number(retryAfter)).toBeLessThanOrEqual(90)

    const offSaleAt = fromNow(-1_000)
    await put(shop, 'times', { onSaleAt: null, offSaleAt })
    await refusedNow('sale_closed')
    expect(told(200, HoldView, await alice.extend(hold.id)).status).toBe('held')
    told(201, BookingView, await alice.confirm(hold.id, 'pay_times'))
    await put(shop, 'times', { offSaleAt: null })
    told(201, HoldView, await bob.hold(['S-2']))
  })

  test('limits what one buyer may hold; a refusal says when to come again and leaves nothing behind', async () => {
    const shop = await world().openShop()
    const event = await shop.sell('limits', 6)
    const [alice, bob] = [buyerOf(await shop.guest(), event), buyerOf(await shop.guest(), event)]
    const refusedNow = async (code: 'holding_too_fast' | 'cooling_down' | 'too_many_holds') => {
      const before = await footprintOf(world(), event)
      const answer = await alice.hold(['S-5', 'S-6'])
      expect(refused(code, answer).retryable).toBe(true)
      expect(await footprintOf(world(), event)).toEqual(before)
      return Number(answer.headers.get('retry-after'))
    }

    await put(shop, 'limits', { holdsPerMinute: 2 })
    told(201, HoldView, await alice.hold(['S-1'], 'once'))
    told(201, HoldView, await alice.hold(['S-1'], 'once'))
    told(201, HoldView, await alice.hold(['S-2']))
    const seconds = await refusedNow('holding_too_fast')
    expect(seconds).toBeGreaterThan(30)
    expect(seconds).toBeLessThanOrEqual(60)
    await put(shop, 'limits', { holdsPerMinute: 30, seatsHeldPerOwner: 3 })
    // What they hold ends by itself.
    expect(await refusedNow('too_many_holds')).toBeGreaterThan(0)

    await put(shop, 'limits', { seatsHeldPerOwner: 20, holdTtlMs: 1_000, lapsedHoldsPerOwner: 1 })
    const short = told(201, HoldView, await alice.hold(['S-3']))
    await until(async () => told(200, HoldView, await alice.read(short.id)).status === 'expired')
    await until(async () => (await mapOf(world(), event)) === 'HHFFFF')
    // The store hears of it after Redis, and what follows compares both.
    await until(async () => (await footprintOf(world(), event)).decisions.size === 1)
    const pause = await refusedNow('cooling_down')
    expect(pause).toBeGreaterThan(240)
    expect(pause).toBeLessThanOrEqual(300)
    told(201, HoldView, await bob.hold(['S-5', 'S-6']))
    await put(shop, 'limits', { coolDownMs: 0 })
    told(201, HoldView, await alice.hold(['S-4']))
  })
})
