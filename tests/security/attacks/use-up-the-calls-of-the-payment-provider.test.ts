import { type PaymentId, Problem } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { orderPayment } from '../../../core/src/payments/order-payment.ts'
import { owner } from '../../../core/src/testing.ts'
import type { PayWorld } from '../../contract/payments/world.ts'
import { sharedProviders, twoShops } from './two-shops.ts'

const minute = 60_000
const address = '203.0.113.7'

/** Orders for a hold of a buyer's own, as the edge asks it for a browser at this address. */
async function orderFrom(w: PayWorld, n: number, seat: string, client: string | null = address) {
  const grantId = await w.hold(n, [seat])
  const reply = await w.core.inventory.read(w.ref, grantId, owner(n))
  if (reply.word !== 'hold') throw new Error(`no hold to order: ${reply.word}`)
  const { seats, currency, untilMs } = reply.hold
  const command = { seats: [...seats], currency, untilMs, asked: {}, ...(client && { client }) }
  const call = { ...w.ref, grantId, owner: owner(n), kind: 'publishable', command } as const
  return { grantId, order: () => orderPayment(w.core, call) }
}
/** Has the app allow so many orders that nobody has paid. */
const allowUnpaid = ({ core, ref }: PayWorld, unpaidOrdersPerHour: number) => {
  const others = { userPerSecond: 1, clientPerSecond: 1, appPerSecond: 1, freeSeatsPerDay: 1 }
  return core.store.updateIf(
    ref.appId,
    'apps',
    {},
    { set: { rateLimits: { ...others, unpaidOrdersPerHour } } },
  )
}
const ids = { shop: 'app_a', other: 'app_b' }
const seatsOf = (count: number) => Array.from({ length: count }, (_, at) => `A-${at + 1}`)

describe.each(sharedProviders)('an app that is paid by %s', (provider) => {
  const open = twoShops(provider)

  test('one hold that is ordered again and again has the provider asked once, and every answer is the same', async () => {
    const w = await open(ids)
    const { order } = await orderFrom(w.shop, 1, 'A-1')
    const first = await order()
    const asked = w.fake.calls.length
    for (let again = 0; again < 10; again++) expect(await order()).toEqual(first)
    expect(w.fake.calls).toHaveLength(asked)
  })

  test('an address that orders and never pays has so many orders an hour, then the provider is not asked and it waits', async () => {
    const w = await open(ids)
    await allowUnpaid(w.shop, 5)
    const holds = await Promise.all(seatsOf(9).map((seat, at) => orderFrom(w.shop, at + 1, seat)))
    // All at once, so that none sees what the others do.
    const came = await Promise.allSettled(holds.map(({ order }) => order()))
    expect(came.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    for (const one of came) {
      if (one.status === 'fulfilled') continue
      expect(one.reason).toMatchObject({ code: 'rate_limited', retryAfterSeconds: expect.any(Number) })
    }
    const asked = w.fake.calls.length
    const late = await orderFrom(w.shop, 10, 'A-10')
    await expect(late.order()).rejects.toBeInstanceOf(Problem)
    expect(w.fake.calls).toHaveLength(asked)
    // Another address, and the app's own server, are none of it.
    await (await orderFrom(w.shop, 11, 'A-11', '203.0.113.8')).order()
    await (await orderFrom(w.shop, 12, 'A-12', null)).order()
    // What was ordered before is told as before.
    const [kept] = holds.filter((_, at) => came[at]?.status === 'fulfilled')
    expect(await kept?.order()).toBeDefined()
    w.shop.pay.wait(61 * minute)
    await (await orderFrom(w.shop, 13, 'A-13')).order()
  })

  test('buyers behind one address who pay are out of its count of unpaid orders, however many they are', async () => {
    const w = await open(ids)
    await allowUnpaid(w.shop, 2)
    for (const [at, seat] of seatsOf(6).entries()) {
      const { grantId, order } = await orderFrom(w.shop, at + 1, seat)
      const { id } = await order()
      w.fake.pay(id, 'authorised')
      expect(await w.shop.pay.confirm(at + 1, grantId, id)).toMatchObject({ status: 'confirmed' })
    }
  })

  test('a hold whose confirms are declined has a few, then the provider is not asked and it answers 429 until it ends', async () => {
    const w = await open(ids)
    const { grantId, order } = await orderFrom(w.shop, 1, 'A-1')
    const { id } = await order()
    w.fake.pay(id, 'declined')
    const confirm = (n: number, named: PaymentId) => w.shop.pay.confirm(1, grantId, named, `key-${n}`)
    for (let n = 1; n <= 5; n++) expect(await confirm(n, id)).toMatchObject({ code: 'payment_declined' })
    const asked = w.fake.calls.length
    for (let n = 6; n <= 9; n++) expect(await confirm(n, id)).toMatchObject({ code: 'rate_limited' })
    expect(w.fake.calls).toHaveLength(asked)
    // A refusal is not final, so a key that had one before is asked no more than others.
    expect(await confirm(1, id)).toMatchObject({ code: 'rate_limited' })
  })

  test('payments that are named at a hold without an order are declined, and the provider is not asked about them', async () => {
    const w = await open(ids)
    const grant = await w.shop.hold(1, ['A-1'])
    const named = provider === 'stripe' ? 'pi_strangers' : 'pay_strangers'
    for (let n = 0; n < 20; n++) {
      const came = await w.shop.pay.confirm(1, grant, `${named}${n}` as PaymentId)
      expect(came).toMatchObject({ code: 'payment_declined' })
    }
    expect(w.fake.calls).toEqual([])
  })

  test('payments that are named at a hold that is sold are refused, and after a few the provider is not asked about them', async () => {
    const w = await open(ids)
    const { grantId, order } = await orderFrom(w.shop, 1, 'A-1')
    const { id } = await order()
    w.fake.pay(id, 'authorised')
    await w.shop.pay.confirm(1, grantId, id)
    w.fake.calls.length = 0
    for (let n = 0; n < 20; n++) {
      const came = await w.shop.pay.confirm(1, grantId, `pay_strangers${n}` as PaymentId)
      expect(came).toMatchObject({ code: 'hold_confirmed' })
    }
    expect(w.fake.calls.length).toBeLessThanOrEqual(5)
    expect(await w.shop.pay.confirm(1, grantId, id, 'again')).toMatchObject({ status: 'confirmed' })
  })
})
