import { BookingView, CancelReply, HoldView, PublicKeys, systemPlatform } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { auditChain } from '../../core/src/receipts/audit-chain.ts'
import { createVerifier } from '../../core/src/receipts/verify-receipt.ts'
import { until } from '../contract/inventory/poll.ts'
import { flushRedis } from '../support/inventory.ts'
import { buyerOf, told, wordOf } from './client.ts'
import { everyStore, useWorld } from './world.ts'

describe.each(everyStore)('receipts, on $store', (ground) => {
  const world = useWorld(ground)

  test('the same bytes come from core, from Redis without core, and from core without Redis', async () => {
    const { stack, inventory, openShop } = world()
    const shop = await openShop()
    const buyer = buyerOf(shop.user('ann'), await shop.sell('receipts', 2))
    const hold = told(201, HoldView, await buyer.hold(['S-1']))
    const { id, receipt } = told(201, BookingView, await buyer.confirm(hold.id, 'pay_1'))
    const path = `/v1/bookings/${id}/receipt`
    const read = async (client = buyer.client) => {
      const { status, text, headers } = await client.call('GET', path)
      return { status, text, ticket: headers.get('x-holdfast-ticket') }
    }
    const shown = { status: 200, text: receipt, ticket: 'valid' }
    expect(await read()).toEqual(shown)
    await until(
      async () => (await inventory.receipt({ appId: shop.appId, bookingId: id })).word === 'receipt',
    )

    await stack.core.stop('SIGTERM')
    expect(await read()).toEqual(shown)
    expect(await read(shop.server)).toEqual(shown)
    expect(wordOf(await shop.user('bob').call('GET', path))).toBe('503 dependency_unavailable')

    await stack.restartCore()
    await flushRedis(stack.redis)
    expect(await read()).toEqual(shown)
    expect(wordOf(await shop.user('bob').call('GET', path))).toBe('404 not_found')

    told(200, CancelReply, await shop.server.call('POST', `/v1/bookings/${id}/cancel`))
    await until(async () => (await read()).ticket === 'void')
    expect(await read()).toEqual({ ...shown, ticket: 'void' })
  })

  test('every sale gets its link in the chain of its app, and the published keys verify all of them', async () => {
    const { stack, store, openShop } = world()
    const shops = [await openShop(), await openShop()]
    for (const shop of shops) {
      const event = await shop.sell('chained', 6)
      const sales = [1, 2, 3, 4, 5, 6].map(async (n) => {
        const buyer = buyerOf(shop.user(`buyer-${n}`), event)
        const hold = told(201, HoldView, await buyer.hold([`S-${n}`]))
        return told(201, BookingView, await buyer.confirm(hold.id, `pay_${n}`))
      })
      await Promise.all(sales)
    }
    const published = await fetch(`${stack.edgeUrl}/.well-known/jwks.json`)
    const verify = createVerifier(PublicKeys.parse(await published.json()))
    for (const { appId } of shops) {
      await until(async () => (await store.count(appId, 'chain', {})) === 6)
      const later = { ...systemPlatform, now: () => systemPlatform.now() + 86_400_000 }
      const audited = await auditChain({ store, platform: later, verify }, appId, () => {})
      expect(audited).toMatchObject({ links: 6, broken: null })
    }
  })
})
