import {
  BookingView,
  CancelPreview,
  CancelReply,
  HoldView,
  headers,
  PaymentView,
  PublicKeys,
} from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { createVerifier } from '../../core/src/receipts/verify-receipt.ts'
import { until } from '../contract/inventory/poll.ts'
import { seatPrice } from '../support/selling.ts'
import { buyerOf, type Client, told, wordOf } from './client.ts'
import { everyStore, mapOf, type Shop, useWorld } from './world.ts'

const hourMs = 3_600_000
const fee = 50
const charges = [
  { name: 'Booking fee', kind: 'fee', perSeat: fee },
  { name: 'VAT', kind: 'tax', basisPoints: 1_000 },
]
/** All but the fee goes back until two days before the start. */
const cancellation = { steps: [{ hoursBefore: 48, refundPercent: 100 }], keepFees: true }
const refund = seatPrice - fee

/** Puts an event on sale that starts in so many hours, with charges and terms. */
async function sellWithTerms(shop: Shop, eventId: string, hours: number) {
  const event = await shop.sell(eventId, 3)
  const startsAt = new Date(Date.now() + hours * hourMs).toISOString()
  const body = { name: eventId, currency: 'EUR', startsAt, charges, cancellation }
  expect((await shop.server.call('PUT', `/v1/events/${eventId}`, { body })).status).toBe(200)
  return event
}

const cancel = (client: Client, booking: string, body: object, key?: string) =>
  client.call('POST', `/v1/bookings/${booking}/cancel`, {
    body,
    ...(key !== undefined && { headers: { [headers.idempotencyKey]: key } }),
  })

describe.each(everyStore)('giving seats back, on $store', (ground) => {
  const world = useWorld(ground)

  /** A guest with two seats of an event that starts in so many hours. */
  async function sold(eventId: string, hours: number) {
    const shop = await world().openShop()
    const event = await sellWithTerms(shop, eventId, hours)
    const guest = await shop.guest()
    const buyer = buyerOf(guest, event)
    const hold = told(201, HoldView, await buyer.hold(['S-1', 'S-2']))
    const booking = told(201, BookingView, await buyer.confirm(hold.id, `pay_${eventId}`))
    await until(async () => (await mapOf(world(), event)) === 'BBF')
    return { shop, event, guest, booking }
  }

  test('a buyer gives one seat back within the terms: money, seat, proof and booking agree', async () => {
    const { shop, event, guest, booking } = await sold('in-time', 72)
    expect(booking).toMatchObject({ cancellation, charges: [{ amount: 2 * fee }, { kind: 'tax' }] })
    const path = `/v1/bookings/${booking.id}`
    const seats = { seats: ['S-2'] }

    const preview = told(
      200,
      CancelPreview,
      await guest.call('POST', `${path}/cancel/preview`, { body: seats }),
    )
    expect(preview).toMatchObject({ refund, retained: fee, charges: [{ amount: 0 }, { kind: 'tax' }] })

    const answer = await cancel(guest, booking.id, seats, 'key-1')
    const reply = told(200, CancelReply, answer)
    expect(reply.cancellation).toMatchObject({ ...preview, n: 1 })
    expect(reply.booking).toMatchObject({
      status: 'confirmed',
      cancelled: ['S-2'],
      retained: 2 * seatPrice - refund,
    })
    const again = await cancel(guest, booking.id, seats, 'key-1')
    expect([again.text, again.headers.get(headers.idempotentReplayed)]).toEqual([answer.text, 'true'])
    expect(wordOf(await cancel(guest, booking.id, seats, 'key-2'))).toBe('409 cannot_cancel')
    expect((await guest.call('GET', path)).body).toEqual(reply.booking)

    await until(async () => (await mapOf(world(), event)) === 'BFF')
    const next = buyerOf(await shop.guest(), event)
    expect((await next.hold(['S-2'])).status).toBe(201)

    const payment = async () =>
      told(200, PaymentView, await guest.call('GET', `/v1/payments/${booking.payment.id}`))
    await until(async () => (await payment()).refunds[0]?.status === 'done')
    expect((await payment()).refunds).toMatchObject([{ amount: refund, reason: 'cancelled' }])

    const keys = PublicKeys.parse((await guest.call('GET', '/.well-known/jwks.json')).body)
    const proof = await createVerifier(keys)(reply.cancellation.receipt)
    expect(proof).toMatchObject({ word: 'valid', kind: 'cancellation', claims: { refund, retained: fee } })
  })

  test('after the terms only the app can, and says how much; what it does not say goes back whole', async () => {
    const { shop, event, guest, booking } = await sold('too-late', 24)
    for (const path of ['cancel', 'cancel/preview']) {
      const answer = await guest.call('POST', `/v1/bookings/${booking.id}/${path}`, { body: {} })
      expect(wordOf(answer)).toBe('409 cannot_cancel')
    }
    expect(wordOf(await cancel(guest, booking.id, { refund: 'full' }))).toBe('403 forbidden')
    const first = told(
      200,
      CancelReply,
      await cancel(shop.server, booking.id, { seats: ['S-1'], refund: 'none' }),
    )
    expect(first.cancellation).toMatchObject({ refund: 0, retained: seatPrice, refundId: null })
    const last = told(200, CancelReply, await cancel(shop.server, booking.id, {}))
    expect(last.cancellation).toMatchObject({ n: 2, refund: seatPrice, retained: 0 })
    expect(last.booking).toMatchObject({ status: 'cancelled', retained: seatPrice })
    await until(async () => (await mapOf(world(), event)) === 'FFF')
  })

  test('what an organiser changes later does not reach what is sold', async () => {
    const { shop, guest, booking } = await sold('changed', 72)
    const body = { name: 'changed', currency: 'EUR', startsAt: null, charges: [], cancellation: null }
    expect((await shop.server.call('PUT', '/v1/events/changed', { body })).status).toBe(200)
    expect((await guest.call('GET', `/v1/bookings/${booking.id}`)).body).toEqual(booking)
    const reply = told(200, CancelReply, await cancel(guest, booking.id, {}))
    expect(reply.cancellation).toMatchObject({ refund: 2 * refund, retained: 2 * fee })
  })

  test('nobody gives back what is another’s, or a seat that is not in the booking', async () => {
    const { shop, guest, booking } = await sold('another', 72)
    const stranger = await shop.guest()
    expect(wordOf(await cancel(stranger, booking.id, {}))).toBe('404 not_found')
    expect(wordOf(await cancel(guest, booking.id, { seats: ['S-3'] }))).toBe('422 unknown_seat')
    expect(wordOf(await cancel(guest, booking.id, { seats: ['S-1', 'S-1'] }))).toBe('422 invalid_request')
    expect((await guest.call('GET', `/v1/bookings/${booking.id}`)).body).toEqual(booking)
  })
})
