import { SeatId } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { audit, confirm, type OpenStore, pinned, relayAll, told, worldsOn } from './testing.ts'

/** Who pays, and for what. */
export function moneySuite(open: OpenStore): void {
  const world = worldsOn(open)

  describe('money', () => {
    test('a priced event without a payment is refused', async () => {
      const w = await world()
      expect(told(await confirm(w, { n: 1, pin: pinned('A-1'), payment: null })).code).toBe(
        'payment_required',
      )
      expect(await audit(w)).toEqual({ booked: 0, bookings: 0 })
    })

    test('a declined payment leaves the grant undecided: another payment books it', async () => {
      const w = await world()
      const declined = await confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_declined_1' })
      expect(told(declined).code).toBe('payment_declined')
      expect((await confirm(w, { n: 1, pin: pinned('A-1'), key: 'second', payment: 'pay_2' })).status).toBe(
        201,
      )
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
      const second = await confirm(w, {
        n: 1,
        pin: { word: 'confirmed' },
        key: 'second',
        payment: 'pay_other',
      })
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
      const { id } = told(
        await confirm(w, { n: 1, pin: pinned('A-1', 'A-2'), payment: 'pay_capture_fails_1' }),
      )
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
}
