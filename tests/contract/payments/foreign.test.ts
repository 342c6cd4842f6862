import { AppId, GrantId, type PaymentId } from '@holdfast/contract'
import { base64url } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hearProvider } from '../../../core/src/payments/hear-provider.ts'
import { newPayment, unusedRefund } from '../../../core/src/payments/payment-rows.ts'
import { razorpayProvider } from '../../../core/src/payments/razorpay.ts'
import { stripeProvider } from '../../../core/src/payments/stripe.ts'
import type { PaymentDoc } from '../../../core/src/store/schema.ts'
import { owner } from '../../../core/src/testing.ts'
import { type RunningRedis, startRedis } from '../../../edge/dev/redis/start.ts'
import { startFakeRazorpay } from '../../support/razorpay/index.ts'
import { startFakeStripe } from '../../support/stripe/index.ts'
import { budgetMs, orderAt, type WireBench, wireBench } from './bench.ts'
import { type PayWorld, payWorld } from './world.ts'

const minute = 60_000
const openings: Record<'stripe' | 'razorpay', () => Promise<WireBench>> = {
  stripe: async () => wireBench(await startFakeStripe(), stripeProvider),
  razorpay: async () => wireBench(await startFakeRazorpay(), razorpayProvider),
}

describe.each(['stripe', 'razorpay'] as const)(
  'a payment at %s that was not ordered for a hold',
  (provider) => {
    let redis: RunningRedis
    let ours: WireBench
    let elsewhere: WireBench
    const worlds: PayWorld[] = []
    beforeAll(async () => {
      redis = await startRedis({ engine: 'embedded' })
      ours = await openings[provider]()
      elsewhere = await openings[provider]()
    })
    afterEach(async () => {
      for (const { core } of worlds.splice(0)) await core.store.close()
    })
    afterAll(async () => {
      await redis.stop()
      await ours.close()
      await elsewhere.close()
    })

    /** An app that is paid at the account `berlin` of this core, which has another. */
    const world = async (): Promise<PayWorld> => {
      const accounts: Record<string, WireBench> = { default: elsewhere, berlin: ours }
      const findProvider = (name: string, account: string) =>
        name === provider ? (accounts[account]?.provider ?? null) : null
      const made = await payWorld(redis, { findProvider })
      worlds.push(made)
      const set = { paymentProvider: provider, paymentAccount: 'berlin' }
      await made.core.store.updateIf(made.ref.appId, 'apps', {}, { set })
      return made
    }
    /** Named for a hold, it buys nothing; and nobody takes it, lets it go or gives it back. */
    const expectLeftAlone = async (bench: WireBench, paymentId: string) => {
      const w = await world()
      const grant = await w.hold(1, ['A-1'])
      const before = bench.fake.books().get(paymentId)
      expect(before).toBeDefined()
      expect(await w.pay.confirm(1, grant, paymentId as PaymentId)).toMatchObject({
        code: 'payment_declined',
      })
      await w.pay.settle(minute, 15 * minute, 60 * minute)
      expect(await w.pay.bookings()).toEqual([])
      expect(await w.pay.refunds()).toEqual([])
      expect(bench.fake.books().get(paymentId)).toEqual(before)
      // The hold is as good as before.
      const { id } = await w.pay.order(2, await w.hold(2, ['A-2']))
      expect(id).not.toBe(paymentId)
    }

    for (const outcome of ['authorised', 'captured'] as const) {
      for (const amount of [4500, 9900]) {
        test(`but ${outcome} for ${amount} of somebody else’s, is left alone`, async () => {
          const paymentId = ours.fake.orderByHand({ amount, currency: 'EUR' })
          ours.fake.pay(paymentId, outcome)
          await expectLeftAlone(ours, paymentId)
        })
      }

      test(`but ${outcome} for an order of another app at the same account, is left alone`, async () => {
        const { paymentId } = await orderAt(ours.provider)
        ours.fake.pay(paymentId, outcome)
        await expectLeftAlone(ours, paymentId)
      })

      test(`but ${outcome} at another account of this core, is left alone`, async () => {
        const { paymentId } = await orderAt(elsewhere.provider)
        elsewhere.fake.pay(paymentId, outcome)
        await expectLeftAlone(elsewhere, paymentId)
      })
    }

    /** What a core of before, which kept whatever a client named, has left in another app that comes first. */
    const leaveRow = async (w: PayWorld, paymentId: PaymentId, row: Partial<PaymentDoc>) => {
      const grantId = GrantId.parse('hold_0123456789012345678901.1.1')
      const purpose = { ...w.ref, provider, account: 'berlin', grantId, owner: owner(9) }
      const price = { kind: 'publishable', seats: [], amount: 100, currency: 'EUR' } as const
      const times = { nowMs: Date.now(), dueAtMs: Date.now(), reference: null }
      const left = { ...newPayment({ ...purpose, ...price }, paymentId, times), ...row }
      await w.core.store.insert(left.appId, 'payments', left)
      return left
    }
    const stranger = AppId.parse('app_a')

    test('I12: the webhook of a payment that one app ordered is heard by that app, although another has a row of it', async () => {
      const w = await world()
      const grant = await w.hold(1, ['A-1'])
      const { id } = await w.pay.order(1, grant)
      const left = await leaveRow(w, id, { appId: stranger })
      ours.fake.webhooks.length = 0
      ours.fake.pay(id, 'captured')
      for (const { body, headers } of ours.fake.webhooks.splice(0)) {
        const told = { provider, account: 'berlin', headers, body: base64url.encode(body) }
        await (await hearProvider(w.core, told))()
      }
      expect(await w.pay.bookingOf(grant)).toMatchObject({ paymentStatus: 'SUCCESS' })
      await w.pay.settle(minute, 60 * minute)
      const [kept] = await w.core.store.find(stranger, 'payments', {}, { limit: 10 })
      expect(kept).toMatchObject({ state: left.state, captured: 0, dueAt: null })
      expect(ours.fake.books().get(id)).toEqual({ captured: 4500, refunded: 0, reserved: 0 })
    })

    test('I12: a payment that was recorded without an order is not taken, let go or given back', async () => {
      const w = await world()
      for (const [outcome, state] of [
        ['authorised', 'AUTHORISED'],
        ['captured', 'CAPTURED'],
      ] as const) {
        const { paymentId } = await orderAt(ours.provider)
        ours.fake.pay(paymentId, outcome)
        const before = ours.fake.books().get(paymentId)
        const captured = state === 'CAPTURED' ? 4500 : 0
        const left = await leaveRow(w, paymentId, { state, captured })
        const refund = await unusedRefund(w.core.platform, left, 4500)
        await w.core.store.insert(left.appId, 'refunds', refund)
        await w.pay.settle(minute, 60 * minute)
        expect(ours.fake.books().get(paymentId)).toEqual(before)
        // An operator finds it among those that are stuck.
        const { refundId } = refund
        expect(await w.core.store.get(left.appId, 'refunds', { refundId })).toMatchObject({ state: 'FAILED' })
      }
    })

    test('an account tells nothing of another’s payments, and no webhook of one is believed at another', async () => {
      const charge = await orderAt(elsewhere.provider)
      elsewhere.fake.pay(charge.paymentId, 'captured')
      expect(await ours.provider.look(charge, budgetMs)).toEqual({ word: 'absent' })
      const { body, headers } = elsewhere.fake.webhooks.at(-1) ?? { body: new Uint8Array(), headers: {} }
      const read = (bench: WireBench) =>
        bench.provider.readEvent?.(body, (name) => (headers as Record<string, string>)[name])
      expect(await read(elsewhere)).toMatchObject({ word: 'event' })
      expect(await read(ours)).toEqual({ word: 'bad_signature' })
    })
  },
)
