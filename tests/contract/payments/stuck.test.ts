import { paymentAttemptsToStuck, paymentRetryMsMax } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { retryPayment, settleByHand } from '../../../core/src/payments/mend-payments.ts'
import { listPayments } from '../../../core/src/payments/read-payments.ts'
import { type PayWorld, payWorlds } from './world.ts'

const minute = 60_000

describe('what an operator sees of payments that do not come to rest', () => {
  const world = payWorlds()

  const sold = async (w: PayWorld, state: 'authorised' | 'pending' | 'captured') => {
    const grant = await w.hold(1, ['A-1'])
    const { id } = await w.pay.order(1, grant)
    w.bank.pay(id, state)
    const { id: bookingId } = await w.pay.confirm(1, grant, id)
    return { id, bookingId: String(bookingId) }
  }
  /** The list as the admin asks for it: all of it, or what is stuck. */
  const listed = async (w: PayWorld, stuck?: 'true', core = w.core) => {
    const { payments, refunds } = await listPayments(core, { limit: 50, stuck })
    const step = ({ id, nextStep }: { id: string; nextStep: string | null }) => [id, nextStep]
    return { payments: payments.map(step), refunds: refunds.map(step) }
  }
  /** Long enough for it to be tried in vain as often as makes it stuck. */
  const inVain = (w: PayWorld) =>
    w.pay.settle(minute, ...Array.from({ length: paymentAttemptsToStuck }, () => paymentRetryMsMax))

  test('nothing, of one at rest or on its way', async () => {
    const w = await world()
    const { id } = await sold(w, 'pending')
    await w.pay.settle(minute)
    expect(await listed(w)).toEqual({ payments: [[id, 'wait']], refunds: [] })
    w.bank.pay(id, 'captured')
    await w.pay.settle(minute)
    expect(await listed(w)).toEqual({ payments: [[id, null]], refunds: [] })
    expect(await listed(w, 'true')).toEqual({ payments: [], refunds: [] })
  })

  test('check_provider, when nobody answers; and nothing more once somebody does', async () => {
    const w = await world()
    const { id } = await sold(w, 'authorised')
    const { capture } = w.bank.provider
    w.bank.provider.capture = async () => 'unknown'
    await inVain(w)
    expect(await listed(w, 'true')).toEqual({ payments: [[id, 'check_provider']], refunds: [] })
    w.bank.provider.capture = capture
    const payment = await w.pay.payment(id)
    if (!payment) throw new Error('the payment is gone')
    expect(await retryPayment(w.core, payment)).toMatchObject({ state: 'CAPTURED', dueAt: null })
    expect(await listed(w, 'true')).toEqual({ payments: [], refunds: [] })
  })

  test('configure_account, when core has lost the account', async () => {
    const w = await world()
    const { id } = await sold(w, 'authorised')
    const core = { ...w.core, findProvider: () => null }
    for (let time = 0; time < paymentAttemptsToStuck; time++) {
      const payment = await w.pay.payment(id)
      if (payment) await retryPayment(core, { ...payment })
      await w.core.store.updateIf(w.ref.appId, 'payments', {}, { set: { attempts: time + 1 } })
    }
    expect(await listed(w, 'true', core)).toEqual({ payments: [[id, 'configure_account']], refunds: [] })
  })

  test('check_provider of a refund that nobody answers, refund_by_hand of one that was refused, until it is settled', async () => {
    const w = await world()
    const { bookingId } = await sold(w, 'captured')
    await w.pay.settle(minute)
    w.bank.provider.refund = async () => 'unknown'
    await w.pay.cancel(bookingId)
    await inVain(w)
    const [refund] = await w.pay.refunds()
    if (!refund) throw new Error('there is no refund')
    const { refundId } = refund
    expect(await listed(w, 'true')).toEqual({ payments: [], refunds: [[refundId, 'check_provider']] })
    w.bank.provider.refund = async () => 'refused'
    await w.pay.settle(paymentRetryMsMax)
    expect(await listed(w, 'true')).toEqual({ payments: [], refunds: [[refundId, 'refund_by_hand']] })
    await settleByHand(w.core, { appId: w.ref.appId, refundId }, ['FAILED'])
    expect(await listed(w, 'true')).toEqual({ payments: [], refunds: [] })
  })

  test('ask_the_app of what an app owes that takes its payments itself', async () => {
    const w = await world()
    const { bookingId } = await sold(w, 'captured')
    await w.pay.settle(minute)
    const set = { provider: 'external' } as const
    await w.core.store.updateIf(w.ref.appId, 'bookings', {}, { set })
    await w.pay.cancel(bookingId)
    const [refund] = await w.pay.refunds()
    expect(refund).toMatchObject({ state: 'OWED', dueAt: null })
    expect((await listed(w, 'true')).refunds).toEqual([[refund?.refundId, 'ask_the_app']])
  })
})
