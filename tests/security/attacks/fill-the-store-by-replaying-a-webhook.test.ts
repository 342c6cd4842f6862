import { base64url } from 'jose'
import { describe, expect, test } from 'vitest'
import { hearProvider } from '../../../core/src/payments/hear-provider.ts'
import { sharedProviders, twoShops } from './two-shops.ts'

describe.each(sharedProviders)('webhooks of %s', (provider) => {
  const open = twoShops(provider)

  test('a delivery that somebody has caught and sends again under new ids, which nobody signed, is recorded once', async () => {
    const w = await open({ shop: 'app_a', other: 'app_b' })
    const { id } = await w.shop.pay.order(1, await w.shop.hold(1, ['A-1']))
    w.fake.pay(id, 'authorised')
    const caught = w.fake.webhooks.at(-1)
    if (!caught) throw new Error('nothing was told')
    for (let n = 0; n < 20; n++) {
      const headers = { ...caught.headers, 'x-razorpay-event-id': `evt_${n}` }
      const told = { provider, account: 'default', headers, body: base64url.encode(caught.body) }
      await hearProvider(w.shop.core, told)
    }
    expect(await w.store.count(w.shop.ref.appId, 'providerEvents', {})).toBe(1)
  })
})
