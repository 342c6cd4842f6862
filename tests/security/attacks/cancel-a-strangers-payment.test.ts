import { describe, expect, test } from 'vitest'
import { sharedProviders, twoShops } from './two-shops.ts'

const minute = 60_000

describe.each(sharedProviders)('two apps paid at one account of %s', (provider) => {
  const open = twoShops(provider)

  test.each(['lost', 'unanswered', 'error_500'] as const)(
    'I12: a reserved payment of another system that a buyer names is left alone, also when the provider’s next answer is %s',
    async (kind) => {
      const w = await open({ shop: 'app_a', other: 'app_b' })
      const id = w.fake.orderByHand({ amount: 9900, currency: 'EUR' })
      w.fake.pay(id, 'authorised')
      const before = w.fake.books().get(id)
      w.fake.faults.push({ verb: 'look', kind })
      const grant = await w.shop.hold(1, ['A-1'])
      expect(await w.shop.pay.confirm(1, grant, id as never)).toMatchObject({ code: 'payment_declined' })
      await w.shop.pay.settle(minute, 15 * minute, 60 * minute)
      expect(w.fake.books().get(id)).toEqual(before)
      expect(w.fake.calls).toEqual([])
    },
  )

  test('I12: a reserved payment that another app ordered leaves no row in the app where a buyer names it', async () => {
    const w = await open({ shop: 'app_a', other: 'app_b' })
    const { id } = await w.other.pay.order(2, await w.other.hold(2, ['A-1']))
    w.fake.pay(id, 'authorised')
    w.fake.faults.push({ verb: 'look', kind: 'lost' })
    const grant = await w.shop.hold(1, ['A-1'])
    expect(await w.shop.pay.confirm(1, grant, id)).toMatchObject({ code: 'payment_declined' })
    expect(await w.store.find(w.shop.ref.appId, 'payments', {}, { limit: 10 })).toEqual([])
  })
})
