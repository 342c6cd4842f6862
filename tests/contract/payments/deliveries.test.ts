import { base64url } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { hearProvider } from '../../../core/src/payments/hear-provider.ts'
import { razorpayProvider } from '../../../core/src/payments/razorpay.ts'
import { stripeProvider } from '../../../core/src/payments/stripe.ts'
import { type RunningRedis, startRedis } from '../../../edge/dev/redis/start.ts'
import type { Delivery, ProviderFake } from '../../support/provider-fake.ts'
import { startFakeRazorpay } from '../../support/razorpay/index.ts'
import { startFakeStripe } from '../../support/stripe/index.ts'
import { type WireBench, wireBench } from './bench.ts'
import { type PayWorld, payWorld } from './world.ts'

const minute = 60_000
const openings: Record<'stripe' | 'razorpay', () => Promise<WireBench>> = {
  stripe: async () => wireBench(await startFakeStripe(), stripeProvider),
  razorpay: async () => wireBench(await startFakeRazorpay(), razorpayProvider),
}

/** As it was told, backwards, and each twice with the last first. */
const orders: Record<string, (told: readonly Delivery[]) => Delivery[]> = {
  'as they were told': (told) => [...told],
  backwards: (told) => told.toReversed(),
  'twice, the newest first': (told) => [...told.toReversed(), ...told],
  'three times each': (told) => told.flatMap((one) => [one, one, one]),
}

describe.each(['stripe', 'razorpay'] as const)('webhooks of %s', (provider) => {
  let redis: RunningRedis
  let bench: WireBench
  let fake: ProviderFake<unknown>
  const worlds: PayWorld[] = []
  beforeAll(async () => {
    redis = await startRedis({ engine: 'embedded' })
    bench = await openings[provider]()
    fake = bench.fake
  })
  afterEach(async () => {
    for (const { core } of worlds.splice(0)) await core.store.close()
  })
  afterAll(async () => {
    await redis.stop()
    await bench.close()
  })

  const world = async () => {
    const made = await payWorld(redis, {
      findProvider: (name, account) => (name === provider && account === 'default' ? bench.provider : null),
    })
    worlds.push(made)
    await made.core.store.updateIf(made.ref.appId, 'apps', {}, { set: { paymentProvider: provider } })
    fake.webhooks.length = 0
    return made
  }
  const deliverTo = async ({ core }: PayWorld, { body, headers }: Pick<Delivery, 'body' | 'headers'>) => {
    const command = { provider, account: 'default', headers, body: base64url.encode(body) }
    const afterwards = await hearProvider(core, command)
    await afterwards()
  }
  const ordered = async (w: PayWorld, n: number, seats: readonly string[]) => {
    const grant = await w.hold(n, seats)
    const { id } = await w.pay.order(n, grant)
    return { grant, id }
  }
  const bookOf = (id: string) => fake.books().get(id)

  describe.each(Object.entries(orders))('delivered %s', (_, arranged) => {
    const deliverAll = async (w: PayWorld) => {
      for (const delivery of arranged(fake.webhooks.splice(0))) await deliverTo(w, delivery)
    }

    test('F31: book and take a payment whose buyer never came back, once', async () => {
      const w = await world()
      const { grant, id } = await ordered(w, 1, ['A-1'])
      fake.pay(id, 'authorised')
      await deliverAll(w)
      await deliverAll(w)
      expect(await w.pay.bookingOf(grant)).toMatchObject({ paymentStatus: 'SUCCESS', paymentId: id })
      expect(bookOf(id)).toEqual({ captured: 4500, refunded: 0, reserved: 0 })
    })

    test('fail a booking whose money did not come', async () => {
      const w = await world()
      const { grant, id } = await ordered(w, 1, ['A-1'])
      fake.pay(id, 'authorised')
      await w.pay.confirm(1, grant, id)
      fake.lapse(id)
      await deliverAll(w)
      expect(await w.pay.bookingOf(grant)).toMatchObject({ paymentStatus: 'FAILED' })
      expect(bookOf(id)).toMatchObject({ captured: 0, reserved: 0 })
    })

    test('settle a cancelled booking’s refund, whose reply was only that it was accepted', async () => {
      const w = await world()
      const { grant, id } = await ordered(w, 1, ['A-1'])
      fake.pay(id, 'authorised')
      await w.pay.confirm(1, grant, id)
      await w.pay.settle(minute)
      const booking = await w.pay.bookingOf(grant)
      if (!booking) throw new Error('nothing was booked')
      fake.delayRefunds(true)
      await w.pay.cancel(booking.bookingId)
      await w.pay.settle(minute)
      fake.delayRefunds(false)
      expect(await w.pay.refunds()).toMatchObject([{ state: 'PENDING', amount: 4500 }])
      fake.settleRefunds('done')
      await deliverAll(w)
      expect(await w.pay.refunds()).toMatchObject([{ state: 'DONE', amount: 4500 }])
      expect(bookOf(id)).toEqual({ captured: 4500, refunded: 4500, reserved: 0 })
    })
  })

  test('F31: that nobody signed change nothing and are refused', async () => {
    const w = await world()
    const { grant, id } = await ordered(w, 1, ['A-1'])
    fake.pay(id, 'captured')
    for (const { body } of fake.webhooks.splice(0)) {
      await expect(deliverTo(w, { body, headers: {} })).rejects.toMatchObject({ code: 'invalid_signature' })
    }
    expect(await w.pay.bookingOf(grant)).toBeUndefined()
    const [payment] = await w.core.store.find(w.ref.appId, 'payments', { paymentId: id }, { limit: 1 })
    expect(payment).toMatchObject({ state: 'INTENT', captured: 0 })
  })

  test('of payments that are none of ours change nothing', async () => {
    const w = await world()
    const id = fake.orderByHand({ amount: 4500, currency: 'EUR' })
    fake.pay(id, 'captured')
    fake.refundByHand(id, 700)
    for (const delivery of fake.webhooks.splice(0)) await deliverTo(w, delivery)
    await w.pay.settle(minute)
    expect([await w.pay.bookings(), await w.pay.refunds()]).toEqual([[], []])
    expect(bookOf(id)).toEqual({ captured: 4500, refunded: 700, reserved: 0 })
  })

  test('of a refund that somebody made there put it on record: the booking keeps its seats, and less money', async () => {
    const w = await world()
    const { grant, id } = await ordered(w, 1, ['A-1'])
    fake.pay(id, 'authorised')
    await w.pay.confirm(1, grant, id)
    await w.pay.settle(minute)
    fake.refundByHand(id, 700)
    for (const delivery of fake.webhooks.splice(0)) await deliverTo(w, delivery)
    const kept = { status: 'CONFIRMED', paymentStatus: 'SUCCESS', cancelled: [], retained: 3800 }
    expect(await w.pay.bookingOf(grant)).toMatchObject(kept)
    expect(await w.pay.refunds()).toMatchObject([{ reason: 'provider', state: 'DONE', amount: 700 }])
  })
})
