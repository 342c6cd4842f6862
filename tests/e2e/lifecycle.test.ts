import { BookingView, HoldView, headers } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { until } from '../contract/inventory/poll.ts'
import { ageEvent, flushRedis } from '../support/inventory.ts'
import { seatPrice, seatsTo } from '../support/selling.ts'
import { buyerOf, refused, told } from './client.ts'
import { everyGround, mapOf, useWorld } from './world.ts'

const replayed = headers.idempotentReplayed

describe.each(everyGround)('a hold and what becomes of it, on $store and the $redis Redis', (ground) => {
  const world = useWorld(ground)

  /** A new event of some seats and two buyers of it, on pages of its app. */
  async function stage(seatCount: number, settings: { readonly holdTtlMs?: number } = {}) {
    const shop = await world().openShop()
    const event = await shop.sell('play', seatCount, settings)
    const [alice, bob] = [buyerOf(await shop.guest(), event), buyerOf(await shop.guest(), event)]
    return { shop, event, alice, bob, map: () => mapOf(world(), event) }
  }

  test('a hold that is sent again is the same hold, in its current state', async () => {
    const { alice, map } = await stage(2)
    const first = await alice.hold(['S-1'], 'once')
    const { id, expiresAt } = told(201, HoldView, first)
    expect(first.headers.get(replayed)).toBeNull()
    await alice.extend(id)

    const again = await alice.hold(['S-1'], 'once')
    const hold = told(201, HoldView, again)
    expect(hold.id).toBe(id)
    expect(Date.parse(hold.expiresAt ?? '')).toBeGreaterThan(Date.parse(expiresAt ?? ''))
    expect(again.headers.get(replayed)).toBe('true')
    expect(again.headers.get('location')).toBe(first.headers.get('location'))

    refused('idempotency_key_reused', await alice.hold(['S-2'], 'once'))
    expect(await map()).toBe('HF')
  })

  test('a confirm that is sent again gets the same bytes, even after Redis has lost everything', async () => {
    const { alice, bob, map } = await stage(2)
    const { id } = told(201, HoldView, await alice.hold(['S-1']))
    const first = await alice.confirm(id, 'pay_1', 'once')
    told(201, BookingView, first)

    const expectSame = async () => {
      const again = await alice.confirm(id, 'pay_1', 'once')
      expect([again.status, again.text]).toEqual([201, first.text])
      expect(again.headers.get(replayed)).toBe('true')
    }
    await expectSame()
    await flushRedis(world().stack.redis)
    await expectSame()
    await until(async () => (await map()) === 'BF')
    await expectSame()
    expect((await alice.confirm(id, 'pay_1')).text).toBe(first.text)
    expect(refused('hold_confirmed', await alice.confirm(id, 'pay_2')).bookingId).toBe(
      JSON.parse(first.text).id,
    )
    refused('seats_unavailable', await bob.hold(['S-1']))
  })

  test('released seats go to the next buyer, and releasing again changes nothing', async () => {
    const { alice, bob, map } = await stage(2)
    const { id } = told(201, HoldView, await alice.hold(['S-1', 'S-2']))
    expect(refused('seats_unavailable', await bob.hold(['S-2'])).seats).toEqual(['S-2'])

    expect((await alice.release(id)).status).toBe(204)
    expect(told(200, HoldView, await alice.read(id))).toMatchObject({ status: 'released', expiresInMs: 0 })
    told(201, HoldView, await bob.hold(['S-2']))
    expect((await alice.release(id)).status).toBe(204)
    refused('hold_released', await alice.extend(id))
    refused('hold_released', await alice.confirm(id, 'pay_1'))
    expect(await map()).toBe('FH')
  })

  test('seats of a hold that expired go to the next buyer, and never back', async () => {
    const { event, alice, bob, map } = await stage(1, { holdTtlMs: 60_000 })
    const { id, expiresInMs } = told(201, HoldView, await alice.hold(['S-1']))
    expect(expiresInMs).toBeLessThanOrEqual(60_000)
    refused('seats_unavailable', await bob.hold(['S-1']))
    await ageEvent(world().stack.redis, event, 60_000)

    await until(async () => told(200, HoldView, await alice.read(id)).status === 'expired')
    const next = told(201, HoldView, await bob.hold(['S-1']))
    refused('hold_expired', await alice.extend(id))
    refused('hold_expired', await alice.confirm(id, 'pay_alice'))
    told(201, BookingView, await bob.confirm(next.id, 'pay_bob'))
    await until(async () => (await map()) === 'B')
    const paid = await world().store.find(event.appId, 'payments', {}, { limit: 9 })
    expect(paid.map(({ paymentId, grantId }) => [paymentId, grantId])).toEqual([['pay_bob', next.id]])
  })

  test('after a declined payment the seats wait for another one, which may come with the same key', async () => {
    const { alice, bob, map } = await stage(1)
    const { id } = told(201, HoldView, await alice.hold(['S-1']))
    refused('payment_declined', await alice.confirm(id, 'pay_declined_1', 'first'))
    expect(told(200, HoldView, await alice.read(id))).toMatchObject({ status: 'held', payment: 'declined' })
    refused('seats_unavailable', await bob.hold(['S-1']))
    expect(await map()).toBe('C')

    refused('payment_declined', await alice.confirm(id, 'pay_declined_1', 'first'))
    const booking = told(201, BookingView, await alice.confirm(id, 'pay_good_1', 'first'))
    expect(booking.payment).toEqual({ id: 'pay_good_1', status: 'SUCCESS' })
    refused('idempotency_key_reused', await alice.confirm(id, 'pay_declined_1', 'first'))
    refused('hold_confirmed', await alice.release(id))
    await until(async () => (await map()) === 'B')
  })

  test('after a declined payment the seats can be given back, and go to the next buyer', async () => {
    const { alice, bob, map } = await stage(2)
    const { id } = told(201, HoldView, await alice.hold(['S-1', 'S-2']))
    refused('payment_declined', await alice.confirm(id, 'pay_declined_1', id))
    expect((await alice.release(id)).status).toBe(204)
    expect(told(200, HoldView, await alice.read(id)).status).toBe('released')
    expect((await alice.release(id)).status).toBe(204)
    refused('hold_released', await alice.confirm(id, 'pay_good_1', id))
    const other = told(201, HoldView, await alice.hold(['S-1']))
    expect(await map()).toBe('HF')
    told(201, HoldView, await bob.hold(['S-2']))
    told(201, BookingView, await alice.confirm(other.id, 'pay_good_2', other.id))
  })

  test.each([
    { says: 'is authorised is captured soon', payment: 'pay_auth_1', end: 'SUCCESS', leaves: 'B' },
    {
      says: 'cannot be captured gives the seats back',
      payment: 'pay_capture_fails_1',
      end: 'FAILED',
      leaves: 'F',
    },
  ])('a payment that $says', async ({ payment, end, leaves }) => {
    const { alice, bob, map } = await stage(1)
    const { id } = told(201, HoldView, await alice.hold(['S-1']))
    const booking = told(201, BookingView, await alice.confirm(id, payment))
    expect([booking.payment.status, booking.ticket]).toEqual(['PENDING', 'pending'])

    const path = `/v1/bookings/${booking.id}`
    const status = async () => told(200, BookingView, await alice.client.call('GET', path)).payment.status
    await until(async () => (await status()) !== 'PENDING')
    expect(await status()).toBe(end)
    await until(async () => (await map()) === leaves)
    const next = await bob.hold(['S-1'])
    if (leaves === 'F') told(201, BookingView, await bob.confirm(told(201, HoldView, next).id, 'pay_2'))
    else refused('seats_unavailable', next)
  })

  test('where the app takes the money itself, only its server says so, and the sum must be right', async () => {
    const shop = await world().openShop({ paymentProvider: 'external' })
    const event = await shop.sell('play', 1)
    const ann = buyerOf(shop.user('ann'), event)
    const { id, total } = told(201, HoldView, await ann.hold(['S-1']))
    const pay = (amount: number, currency: string) =>
      ann.client.call('POST', `/v1/events/play/holds/${id}/confirm`, {
        body: { payment: { id: 'theirs-1', amount, currency } },
      })
    refused('invalid_request', await pay(total - 1, 'EUR'))
    refused('invalid_request', await pay(total, 'USD'))
    refused('invalid_request', await ann.confirm(id, 'theirs-1'))
    expect(told(201, BookingView, await pay(total, 'EUR')).payment).toEqual({
      id: 'theirs-1',
      status: 'SUCCESS',
    })

    const page = buyerOf(await shop.guest(), await shop.sell('film', 1))
    const hold = told(201, HoldView, await page.hold(['S-1']))
    refused('forbidden', await page.confirm(hold.id, 'mine-1'))
    expect(await world().store.count(event.appId, 'payments', {})).toBe(1)
  })

  test('a change of price does not change what a live hold costs', async () => {
    const { shop, event, alice, bob } = await stage(2)
    const { id } = told(201, HoldView, await alice.hold(['S-1']))
    const dearer = { seats: seatsTo(2, seatPrice * 2) }
    const put = await shop.server.call('PUT', `/v1/events/${event.eventId}/seats`, { body: dearer })
    expect(put.body).toMatchObject({ inserted: 0, updated: 2, unchanged: 0 })

    expect(told(200, HoldView, await alice.read(id)).total).toBe(seatPrice)
    expect(told(201, HoldView, await bob.hold(['S-2'])).total).toBe(seatPrice * 2)
    told(200, HoldView, await alice.extend(id))
    expect(told(201, BookingView, await alice.confirm(id, 'pay_1')).total).toBe(seatPrice)
  })
})
