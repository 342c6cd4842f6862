import { AppId } from '@holdfast/contract'
import { base64url } from 'jose'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { hearProvider } from '../../../core/src/payments/hear-provider.ts'
import type { Provider } from '../../../core/src/payments/provider.ts'
import { razorpayProvider } from '../../../core/src/payments/razorpay.ts'
import { stripeProvider } from '../../../core/src/payments/stripe.ts'
import { openSqliteStore } from '../../../core/src/store/sqlite.ts'
import { type RunningRedis, startRedis } from '../../../edge/dev/redis/start.ts'
import { type WireBench, wireBench } from '../../contract/payments/bench.ts'
import { payWorld } from '../../contract/payments/world.ts'
import { startFakeRazorpay } from '../../support/razorpay/index.ts'
import { startFakeStripe } from '../../support/stripe/index.ts'

/** The providers at whose accounts more than one app is paid. */
export const sharedProviders = ['stripe', 'razorpay'] as const
export type SharedProvider = (typeof sharedProviders)[number]

const openings: Record<SharedProvider, () => Promise<WireBench>> = {
  stripe: async () => wireBench(await startFakeStripe(), stripeProvider),
  razorpay: async () => wireBench(await startFakeRazorpay(), razorpayProvider),
}

/** What is asked of the provider by the other shop goes through here first. */
export type Meddle = (provider: Provider) => Provider

/** Two apps of one core that are paid at one account of a provider, as two apps of one operator are by default. */
export function twoShops(provider: SharedProvider) {
  let redis: RunningRedis
  let bench: WireBench
  const closing: (() => Promise<void>)[] = []
  beforeAll(async () => {
    redis = await startRedis({ engine: 'embedded' })
    bench = await openings[provider]()
  })
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
    bench.fake.faults.length = 0
  })
  afterAll(async () => {
    await redis.stop()
    await bench.close()
  })

  return async (ids: { readonly shop: string; readonly other: string }, meddle: Meddle = (same) => same) => {
    const { fake } = bench
    const store = await openSqliteStore({ path: ':memory:' })
    closing.push(() => store.close())
    const at = (adapter: Provider) => ({
      store,
      findProvider: (name: string, account: string) =>
        name === provider && account === 'default' ? adapter : null,
    })
    const shop = await payWorld(redis, at(bench.provider), AppId.parse(ids.shop))
    const other = await payWorld(redis, at(meddle(bench.provider)), AppId.parse(ids.other))
    for (const { ref } of [shop, other])
      await store.updateIf(ref.appId, 'apps', {}, { set: { paymentProvider: provider } })
    fake.webhooks.length = 0
    fake.calls.length = 0
    return {
      ...{ store, fake, shop, other },
      /** Delivers all that the provider has to tell, and what follows from it is done. */
      async deliver(): Promise<void> {
        for (const { body, headers } of fake.webhooks.splice(0)) {
          const told = { provider, account: 'default', headers, body: base64url.encode(body) } as const
          await (await hearProvider(shop.core, told))()
        }
      },
    }
  }
}
