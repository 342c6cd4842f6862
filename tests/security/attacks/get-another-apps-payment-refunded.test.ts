import { describe, expect, test } from 'vitest'
import { sharedProviders, twoShops } from './two-shops.ts'

const minute = 60_000

describe.each(sharedProviders)('two apps paid at one account of %s', (provider) => {
  const open = twoShops(provider)

  // The store gives the rows of one payment in the order of their apps.
  test.each([
    { shop: 'app_a', other: 'app_b' },
    { shop: 'app_b', other: 'app_a' },
  ])(
    'I3, I12: who names a payment of $shop at a hold of $other while it is captured gets no refund, and $shop hears of its money',
    async (ids) => {
      let inTheWindow = async () => {}
      const w = await open(ids, (adapter) => ({
        ...adapter,
        async look(charge, budgetMs) {
          await inTheWindow()
          return adapter.look(charge, budgetMs)
        },
      }))
      const bought = await w.shop.hold(1, ['A-1'])
      const { id } = await w.shop.pay.order(1, bought)
      w.fake.pay(id, 'authorised')
      let isTaken = false
      const take = async () => {
        if (isTaken) return
        isTaken = true
        expect(await w.shop.pay.confirm(1, bought, id)).toMatchObject({ status: 'confirmed' })
        await w.fake.captureByHand(id)
        await w.deliver()
      }
      inTheWindow = take

      const decoy = await w.other.hold(2, ['A-1'])
      expect(await w.other.pay.confirm(2, decoy, id)).toMatchObject({ code: 'payment_declined' })
      await take()
      for (const { pay } of [w.other, w.shop]) await pay.settle(minute, 15 * minute, 60 * minute)
      await w.deliver()

      expect(w.fake.books().get(id)).toEqual({ captured: 4500, refunded: 0, reserved: 0 })
      expect(await w.shop.pay.bookingOf(bought)).toMatchObject({ paymentStatus: 'SUCCESS', paymentId: id })
      const { appId } = w.other.ref
      expect(await w.store.find(appId, 'payments', {}, { limit: 10 })).toEqual([])
      expect(await w.other.pay.refunds()).toEqual([])
      expect(await w.store.find(appId, 'providerEvents', {}, { limit: 10 })).toEqual([])
    },
  )

  test('I3, I12: a payment whose page was closed is booked by its webhook in the app that ordered it, whoever has named it in another', async () => {
    const w = await open({ shop: 'app_b', other: 'app_a' })
    const bought = await w.shop.hold(1, ['A-1'])
    const { id } = await w.shop.pay.order(1, bought)
    await w.other.pay.confirm(2, await w.other.hold(2, ['A-1']), id)
    w.fake.pay(id, 'authorised')
    await w.deliver()
    await w.shop.pay.settle(minute)
    expect(await w.shop.pay.bookingOf(bought)).toMatchObject({ paymentStatus: 'SUCCESS', paymentId: id })
    expect(w.fake.books().get(id)).toEqual({ captured: 4500, refunded: 0, reserved: 0 })
    expect(await w.other.pay.bookings()).toEqual([])
  })
})
