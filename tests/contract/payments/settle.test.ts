import { paymentPendingMsMax } from '@holdfast/contract'
import { describe, expect, test, vi } from 'vitest'
import { mapOf } from '../repair/world.ts'
import { expectBalanced, orderExpired, payWorlds } from './world.ts'

const rest = 'F'.repeat(18)
const minute = 60_000

describe('a payment comes to rest where its grant was decided', () => {
  const world = payWorlds()

  describe('reserved money', () => {
    test('F18: is taken after the commit', async () => {
      const w = await world()
      const grant = await w.hold(1, ['A-1'])
      const { id } = await w.pay.order(1, grant)
      w.bank.pay(id, 'authorised')
      expect(await w.pay.confirm(1, grant, id)).toMatchObject({
        status: 'confirmed',
        payment: { status: 'PENDING' },
      })
      expect(w.bank.books().captured).toBe(0)
      await w.pay.settle(minute)
      expect(await w.pay.bookingOf(grant)).toMatchObject({ paymentStatus: 'SUCCESS' })
      await expectBalanced(w)
    })

    test('F19: that cannot be taken fails the booking, gives its seats back, and is let go', async () => {
      const w = await world()
      const grant = await w.hold(1, ['A-1'])
      const { id } = await w.pay.order(1, grant)
      w.bank.pay(id, 'authorised')
      w.bank.refuseCapture(id)
      await w.pay.confirm(1, grant, id)
      await w.pay.settle(minute, minute)
      expect(await w.pay.bookingOf(grant)).toMatchObject({ paymentStatus: 'FAILED' })
      expect(w.bank.stateOf(id)).toBe('voided')
      expect(await mapOf(w)).toBe(`FF${rest}`)
      await expectBalanced(w)
    })

    test('whose capture had no answer was taken once', async () => {
      const w = await world()
      const grant = await w.hold(1, ['A-1'])
      const { id } = await w.pay.order(1, grant)
      w.bank.pay(id, 'authorised')
      await w.pay.confirm(1, grant, id)
      w.bank.fail('capture', 'unanswered')
      w.bank.fail('capture', 'lost')
      await w.pay.settle(minute, minute, minute)
      expect(await w.pay.bookingOf(grant)).toMatchObject({ paymentStatus: 'SUCCESS' })
      await expectBalanced(w)
    })
  })

  describe('money on its way', () => {
    test('that comes pays the booking, by webhook or by poll', async () => {
      const w = await world()
      const [one, two] = [await w.hold(1, ['A-1']), await w.hold(2, ['A-2'])]
      const ids = [(await w.pay.order(1, one)).id, (await w.pay.order(2, two)).id] as const
      for (const [at, grant] of [one, two].entries()) {
        w.bank.pay(ids[at] ?? '', 'pending')
        expect(await w.pay.confirm(at + 1, grant, ids[at] ?? ids[0])).toMatchObject({ status: 'confirmed' })
      }
      await w.pay.settle(minute)
      w.bank.pay(ids[0], 'captured')
      await w.pay.hear(w.bank.event(ids[0]))
      expect(await w.pay.bookingOf(one)).toMatchObject({ paymentStatus: 'SUCCESS' })
      expect(await w.pay.bookingOf(two)).toMatchObject({ paymentStatus: 'PENDING' })
      w.bank.pay(ids[1], 'captured')
      await w.pay.settle(minute)
      expect(await w.pay.bookingOf(two)).toMatchObject({ paymentStatus: 'SUCCESS' })
      await expectBalanced(w)
    })

    test('F37: that a cancellation waits for until nobody waits for that any more is taken, and the key is free', async () => {
      const w = await world()
      const grant = await w.hold(1, ['A-1', 'A-2'])
      const { id } = await w.pay.order(1, grant)
      w.bank.pay(id, 'authorised')
      const booking = await w.pay.confirm(1, grant, id)
      const { capture } = w.bank.provider
      const slow = vi.spyOn(w.bank.provider, 'capture').mockImplementation(async (...args) => {
        w.pay.wait(minute)
        return capture(...args)
      })
      const cancel = () => w.pay.cancel(booking.id, ['A-1'])
      await expect(cancel()).rejects.toMatchObject({ code: 'overloaded' })
      expect(slow).toHaveBeenCalledOnce()
      expect(await cancel()).toMatchObject({ status: 200, replayed: false })
      await w.pay.settle(minute)
      await expectBalanced(w)
    })

    test('that is refused gives the seats back', async () => {
      const w = await world()
      const grant = await w.hold(1, ['A-1'])
      const { id } = await w.pay.order(1, grant)
      w.bank.pay(id, 'pending')
      await w.pay.confirm(1, grant, id)
      w.bank.pay(id, 'declined')
      await w.pay.hear(w.bank.event(id))
      await w.pay.settle(minute)
      expect(await w.pay.bookingOf(grant)).toMatchObject({ paymentStatus: 'FAILED' })
      expect(await mapOf(w)).toBe(`FF${rest}`)
      await expectBalanced(w)
    })

    test('that never comes is let go at the deadline; what comes afterwards is given back', async () => {
      const w = await world()
      const grant = await w.hold(1, ['A-1'])
      const { id } = await w.pay.order(1, grant)
      w.bank.pay(id, 'pending')
      await w.pay.confirm(1, grant, id)
      await w.pay.settle(minute)
      expect(await w.pay.bookingOf(grant)).toMatchObject({ paymentStatus: 'PENDING' })
      await w.pay.settle(paymentPendingMsMax)
      expect(await w.pay.bookingOf(grant)).toMatchObject({ paymentStatus: 'FAILED' })
      w.bank.pay(id, 'captured')
      const event = w.bank.event(id)
      for (let times = 0; times < 3; times++) await w.pay.hear(event)
      await w.pay.hear(w.bank.event(id, 'authorised'))
      await w.pay.settle(minute)
      expect(await w.pay.refunds()).toMatchObject([{ reason: 'unused', state: 'DONE', amount: 4500 }])
      await expectBalanced(w)
    })
  })

  test('I3: money that came for a failed booking is promised back with the record of it', async () => {
    const w = await world()
    const grant = await w.hold(1, ['A-1'])
    const { id } = await w.pay.order(1, grant)
    w.bank.pay(id, 'pending')
    await w.pay.confirm(1, grant, id)
    await w.pay.settle(paymentPendingMsMax)
    expect(await w.pay.bookingOf(grant)).toMatchObject({ paymentStatus: 'FAILED' })
    w.bank.pay(id, 'captured')
    // Whoever heard it dies before anything follows from it.
    await w.pay.hearOnly(w.bank.event(id))
    expect(await w.pay.refunds()).toMatchObject([{ reason: 'unused', state: 'PENDING' }])
    await w.pay.settle(minute)
    await expectBalanced(w)
  })

  describe('who wins', () => {
    test('F16: one payment for two holds: the second is refused with payment_already_used', async () => {
      const w = await world()
      const [one, two] = [await w.hold(1, ['A-1']), await w.hold(2, ['A-2'])]
      const { id } = await w.pay.order(1, one)
      w.bank.pay(id, 'captured')
      expect(await w.pay.confirm(2, two, id)).toMatchObject({ code: 'payment_already_used' })
      expect(await w.pay.confirm(1, one, id)).toMatchObject({ status: 'confirmed' })
      await w.pay.settle(minute)
      await expectBalanced(w)
    })

    test('F16: two payments for one hold: the second is refused with hold_confirmed and given back', async () => {
      const w = await world()
      await w.core.store.updateIf(w.ref.appId, 'apps', {}, { set: { paymentProvider: 'simulated' } })
      const grant = await w.hold(1, ['A-1'])
      const [first, second] = [w.bank.pay('pay_1', 'captured'), w.bank.pay('pay_2', 'captured')]
      const { id } = await w.pay.confirm(1, grant, first)
      expect(await w.pay.confirm(1, grant, second)).toMatchObject({ code: 'hold_confirmed', bookingId: id })
      await w.pay.settle(minute)
      expect(await w.pay.refunds()).toMatchObject([{ paymentId: 'pay_2', reason: 'unused', state: 'DONE' }])
      await expectBalanced(w)
    })

    test('F18: a loser that resumes after the winner has its own money let go, and never the winner’s', async () => {
      const w = await world()
      await w.core.store.updateIf(w.ref.appId, 'apps', {}, { set: { paymentProvider: 'simulated' } })
      const grant = await w.hold(1, ['A-1'])
      const [slow, quick] = [w.bank.pay('pay_slow', 'authorised'), w.bank.pay('pay_quick', 'authorised')]
      const asked = Promise.withResolvers<void>()
      const resumed = Promise.withResolvers<void>()
      const { look } = w.bank.provider
      w.bank.provider.look = async (charge, budgetMs) => {
        if (charge.paymentId === slow) {
          asked.resolve()
          await resumed.promise
        }
        return look(charge, budgetMs)
      }
      const loser = w.pay.confirm(1, grant, slow)
      await asked.promise
      const { id } = await w.pay.confirm(1, grant, quick)
      resumed.resolve()
      w.bank.provider.look = look
      // Its confirm ends as the booking that the grant has become.
      expect(await loser).toMatchObject({ code: 'hold_confirmed', bookingId: id })
      await w.pay.settle(minute)
      expect([w.bank.stateOf(slow), w.bank.stateOf(quick)]).toEqual(['voided', 'captured'])
      await expectBalanced(w)
    })
  })

  describe('a buyer who pays and does not come back', () => {
    test('has the seats all the same, while the hold lives', async () => {
      const w = await world()
      const grant = await w.hold(1, ['A-1'])
      const { id } = await w.pay.order(1, grant)
      w.bank.pay(id, 'authorised')
      await w.pay.hear(w.bank.event(id))
      expect(await w.pay.bookingOf(grant)).toMatchObject({ status: 'CONFIRMED', paymentStatus: 'SUCCESS' })
      expect(await w.pay.confirm(1, grant, id)).toMatchObject({ status: 'confirmed' })
      await w.pay.settle(minute)
      expect(await w.pay.bookings()).toHaveLength(1)
      await expectBalanced(w)
    })
  })

  test('an order that nobody pays is let go when its hold is over', async () => {
    const w = await world()
    const { id } = await orderExpired(w, 1, ['A-1'])
    await w.pay.settle(minute)
    expect(await w.pay.payment(id)).toMatchObject({ state: 'VOIDED', dueAt: null })
    await expectBalanced(w)
  })

  test('the order of a hold is one, however often it is asked for, also when an answer was lost', async () => {
    const w = await world()
    const grant = await w.hold(1, ['A-1', 'A-2'])
    w.bank.fail('order', 'unanswered')
    await expect(w.pay.order(1, grant)).rejects.toMatchObject({ code: 'dependency_unavailable' })
    const orders = await Promise.all([1, 2, 3].map(() => w.pay.order(1, grant)))
    expect(new Set(orders.map(({ id }) => id)).size).toBe(1)
    expect(orders[0]).toMatchObject({ amount: 9000, currency: 'EUR' })
  })
})
