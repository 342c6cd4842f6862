import { type CancelReply, coreBudgetMs } from '@holdfast/contract'
import { cancelBooking, previewCancellation } from '@holdfast/core/src/bookings/cancel-booking.ts'
import { afterEach, describe, expect, test } from 'vitest'
import { audit } from './balance/books.ts'
import {
  bookingsOf,
  confirm,
  guest,
  hold,
  openSale,
  order,
  repair,
  type Sale,
  seatOf,
} from './balance/sale.ts'
import { type OpenTeller, razorpayTeller, stripeTeller } from './balance/teller.ts'

let sale: Sale
afterEach(() => sale.close())

const tellers: [string, OpenTeller][] = [
  ['Stripe', stripeTeller],
  ['Razorpay', razorpayTeller],
]

/** Two seats of a booking that is paid, each of which costs what its provider cannot charge, though both together it can. */
async function sold(open: OpenTeller) {
  sale = await openSale(open, 1, { currency: 'KWD', step: 10 })
  const { core, ref, teller } = sale
  const { appId, eventId } = ref
  await core.store.updateIf(appId, 'seats', { eventId }, { set: { price: 5_005 }, inc: { rev: 1 } })
  const seats = await core.store.find(appId, 'seats', { eventId }, { limit: 100 })
  await core.inventory.apply(ref, seats)
  const held = await hold(sale, guest(1), [seatOf(0), seatOf(1)], 60_000)
  if (!held) throw new Error('nothing is held')
  const paymentId = await order(core, ref, held)
  teller.pay(paymentId, 'authorised', 10_010)
  await confirm(core, ref, held, teller.wordsOf(paymentId), 'first')
  await repair(core)
  const [booking] = await bookingsOf(sale, guest(1))
  if (!booking) throw new Error('nothing is sold')
  return booking
}

describe.each(tellers)('money that %s counts in steps', (_, open) => {
  test('goes back by the next sum that can, in the buyer’s favour, and the answer says so', async () => {
    const { id } = await sold(open)
    const { core, ref } = sale
    const asked = { appId: ref.appId, owner: null, kind: 'secret', bookingId: id } as const
    const giveBack = async (seats: readonly string[]) => {
      const ask = { ...asked, request: { seats: seats as never } }
      const preview = await previewCancellation(core, ask)
      const key = { idempotencyKey: seats.join(), fingerprint: seats.join() }
      const { body } = await cancelBooking(core, {
        ...ask,
        ...key,
        deadlineMs: core.platform.now() + coreBudgetMs,
      })
      const { cancellation }: CancelReply = JSON.parse(body)
      expect(cancellation).toMatchObject(preview)
      await repair(core)
      return cancellation
    }
    expect(await giveBack([seatOf(0)])).toMatchObject({ refund: 5_010, retained: -5, rounding: 5 })
    const last = await giveBack([seatOf(1)])
    expect(last).toMatchObject({ refund: 5_000, retained: 5 })
    expect(last).not.toHaveProperty('rounding')
    const refunds = await core.store.find(ref.appId, 'refunds', {}, { limit: 10 })
    expect(refunds.map(({ amount, state }) => [amount, state]).toSorted()).toEqual([
      [5_000, 'DONE'],
      [5_010, 'DONE'],
    ])
    for (const ms of [90_000, 90_000]) {
      sale.wait(ms)
      await repair(core)
    }
    expect(await audit(sale)).toMatchObject({ captured: 10_010, refunded: 10_010, retained: 0 })
  })
})
