import { describe, expect, test } from 'vitest'
import { settleByHand } from '../../../core/src/payments/mend-payments.ts'
import { mapOf } from '../repair/world.ts'
import { expectBalanced, type PayWorld, payWorlds } from './world.ts'

const rest = 'F'.repeat(18)
const minute = 60_000

describe('money that somebody gives back at the provider', () => {
  const world = payWorlds()
  const sold = async (w: PayWorld, n: number, seats: readonly string[]) => {
    const grant = await w.hold(n, seats)
    const { id } = await w.pay.order(n, grant)
    w.bank.pay(id, 'captured')
    await w.pay.confirm(n, grant, id)
    await w.pay.settle(minute)
    const booking = () => w.pay.bookingOf(grant)
    return { id, booking, bookingId: (await booking())?.bookingId ?? '' }
  }

  test('in part: the booking keeps its seats and less money, however often it is told', async () => {
    const w = await world()
    const { id, booking } = await sold(w, 1, ['A-1', 'A-2'])
    const tell = w.bank.refundByHand(id, 1000)
    const once = tell()
    for (const event of [once, once, tell()]) await w.pay.hear(event)
    await w.pay.settle(minute)
    expect(await w.pay.refunds()).toMatchObject([{ reason: 'provider', state: 'DONE', amount: 1000 }])
    expect(await booking()).toMatchObject({ status: 'CONFIRMED', cancelled: [], retained: 8000 })
    expect(await mapOf(w)).toBe(`BB${rest}`)
    await expectBalanced(w)
  })

  test('in part: a cancellation gives back no more than what is left', async () => {
    const w = await world()
    const { id, bookingId } = await sold(w, 1, ['A-1', 'A-2'])
    await w.pay.hear(w.bank.refundByHand(id, 5000)())
    await w.pay.cancel(bookingId)
    await w.pay.settle(minute)
    const given = (await w.pay.refunds()).map(({ reason, amount }) => `${reason} ${amount}`)
    expect(given.sort()).toEqual(['cancelled 4000', 'provider 5000'])
    await expectBalanced(w)
  })

  test('all of it: the booking is over and its seats are on sale', async () => {
    const w = await world()
    const { id, booking } = await sold(w, 1, ['A-1'])
    await w.pay.hear(w.bank.refundByHand(id, 4500)())
    await w.pay.settle(minute)
    expect(await booking()).toMatchObject({ status: 'CANCELLED', cancelled: ['A-1'], retained: 0 })
    expect(await mapOf(w)).toBe(`FF${rest}`)
    await expectBalanced(w)
  })

  test('of what a cancelled booking had kept', async () => {
    const w = await world()
    const { id, booking, bookingId } = await sold(w, 1, ['A-1'])
    await w.pay.cancel(bookingId, undefined, 'none')
    await w.pay.hear(w.bank.refundByHand(id, 500)())
    await w.pay.settle(minute)
    expect(await booking()).toMatchObject({ status: 'CANCELLED', retained: 4000 })
    await expectBalanced(w)
  })

  test('before it is known here that it was taken', async () => {
    const w = await world()
    const grant = await w.hold(1, ['A-1'])
    const { id } = await w.pay.order(1, grant)
    w.bank.pay(id, 'pending')
    await w.pay.confirm(1, grant, id)
    w.bank.pay(id, 'captured')
    const event = w.bank.refundByHand(id, 4500)()
    w.bank.fail('look', 'lost')
    // Then it is not heard, and told again.
    await expect(w.pay.hear(event)).rejects.toMatchObject({ code: 'dependency_unavailable' })
    await w.pay.hear(event)
    await w.pay.settle(minute)
    expect(await w.pay.bookingOf(grant)).toMatchObject({ status: 'CANCELLED', paymentStatus: 'SUCCESS' })
    await expectBalanced(w)
  })

  test('because a refund of a part had failed: it is that refund, though two events tell it', async () => {
    const w = await world()
    const { id, booking, bookingId } = await sold(w, 1, ['A-1', 'A-2'])
    const { refund } = w.bank.provider
    w.bank.provider.refund = async () => 'refused'
    await w.pay.cancel(bookingId, ['A-1'])
    await w.pay.settle(minute)
    w.bank.provider.refund = refund
    const tell = w.bank.refundByHand(id, 4500)
    for (const event of [tell(), tell()]) await w.pay.hear(event)
    await w.pay.settle(minute)
    expect(await w.pay.refunds()).toMatchObject([{ reason: 'cancelled', state: 'DONE' }])
    expect(await booking()).toMatchObject({ status: 'CONFIRMED', cancelled: ['A-1'], retained: 4500 })
    await expectBalanced(w)
  })

  test('because a refund had failed: it is that refund, whether an operator says so first or not', async () => {
    const w = await world()
    for (const [n, isSettledFirst] of [false, true].entries()) {
      const { id, bookingId } = await sold(w, n + 1, [`A-${n + 1}`])
      const { refund } = w.bank.provider
      w.bank.provider.refund = async () => 'refused'
      await w.pay.cancel(bookingId)
      await w.pay.settle(minute)
      w.bank.provider.refund = refund
      const failed = (await w.pay.refunds()).find(({ paymentId }) => paymentId === id)
      expect(failed).toMatchObject({ state: 'FAILED' })
      const event = w.bank.refundByHand(id, 4500)()
      const settle = () =>
        settleByHand(w.core, { appId: w.ref.appId, refundId: failed?.refundId as never }, ['FAILED', 'DONE'])
      if (isSettledFirst) await settle()
      await w.pay.hear(event)
      if (!isSettledFirst) await settle()
    }
    expect(await w.pay.refunds()).toMatchObject([{ state: 'DONE' }, { state: 'DONE' }])
    await expectBalanced(w)
  })
})
