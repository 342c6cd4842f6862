import { PaymentId, SeatId, systemPlatform } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { keyOf, newPayment } from '../payments/payment-rows.ts'
import { moveTo, refundUnused } from '../payments/record-state.ts'
import { simulatedProvider } from '../payments/simulated.ts'
import { grantId, owner } from '../testing.ts'
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
      expect(told(await confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_declined_1' })).code).toBe(
        'hold_confirmed',
      )
    })

    test('I8: a refusal that can change is not final: the same key books when the same payment was made good', async () => {
      const states = ['declined', 'pending_action', 'authorised']
      const look = async () => ({
        ...{ word: 'seen', amount: 4500, currency: 'EUR', reference: null },
        state: (states.shift() ?? 'authorised') as 'authorised',
      })
      const w = await world({
        findProvider: () => ({ ...simulatedProvider(systemPlatform), look: look as never }),
      })
      const again = () => confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_1' })
      expect(told(await again()).code).toBe('payment_declined')
      expect(told(await confirm(w, { n: 1, pin: pinned('A-1'), payment: null })).code).toBe(
        'payment_required',
      )
      states.shift()
      const booked = await again()
      expect(booked.status).toBe(201)
      expect(await again()).toEqual({ ...booked, replayed: true })
    })

    test('a server that names the wrong sum corrects it with the same key', async () => {
      const w = await world()
      await w.core.store.updateIf(w.appId, 'apps', {}, { set: { paymentProvider: 'external' } })
      const say = (amount: number) =>
        confirm(w, { n: 1, pin: pinned('A-1'), kind: 'secret', paid: { amount, currency: 'EUR' } })
      expect(told(await say(4400)).code).toBe('invalid_request')
      expect((await say(4500)).status).toBe(201)
    })

    test('F16: one payment pays for one grant', async () => {
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

    test('F16: a second payment for a sold grant is refused with the booking', async () => {
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

    test('F18, I3: a payment that pays for nothing is given back or gets another grant, never both', async () => {
      const w = await world()
      const { core, appId, eventId } = w
      for (const n of [1, 2, 3, 4]) {
        const price = { provider: 'simulated', account: 'default', amount: 4500, currency: 'EUR' } as const
        const who = { appId, eventId, grantId: grantId(n), owner: owner(n), kind: 'publishable' } as const
        const times = { nowMs: 0, dueAtMs: 0, reference: 'hf_1' }
        const fresh = newPayment({ ...price, ...who, seats: [] }, PaymentId.parse(`pay_${n}`), times)
        const payment = { ...fresh, state: 'CAPTURED', captured: 4500 } as const
        await core.store.insert(appId, 'payments', payment)
        const works = [
          () => moveTo(core, payment, grantId(n + 10)),
          () => refundUnused(core, payment).then(() => null),
        ]
        const came = await Promise.all((n % 2 === 0 ? works : works.reverse()).map((work) => work()))
        const kept = await core.store.get(appId, 'payments', keyOf(payment))
        const refunds = await core.store.count(appId, 'refunds', keyOf(payment))
        const isMoved = kept?.grantId === grantId(n + 10)
        expect({ isMoved, refunds }).toEqual({ isMoved: came.includes('moved'), refunds: isMoved ? 0 : 1 })
      }
    })

    test('F18: reserved money is taken after the commit, and then the booking is paid', async () => {
      const w = await world()
      const { id, payment } = told(await confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_auth_1' }))
      expect(payment.status).toBe('PENDING')
      await relayAll(w)
      expect(await w.core.store.get(w.appId, 'bookings', { bookingId: id })).toMatchObject({
        paymentStatus: 'SUCCESS',
      })
    })

    test('F19: a capture refused for good fails the booking and frees its seats, once', async () => {
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
