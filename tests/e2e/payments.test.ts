import { BookingView, HoldView, OrderView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../edge/dev/seed.ts'
import { until } from '../contract/inventory/poll.ts'
import { accountsText, deliver } from '../support/provider-fake.ts'
import { type FakeRazorpay, startFakeRazorpay } from '../support/razorpay/index.ts'
import { type FakeStripe, startFakeStripe } from '../support/stripe/index.ts'
import { buyerOf, type Client, refused, told } from './client.ts'
import { type Shop, useWorld } from './world.ts'

describe('apps are paid at the accounts that they name', () => {
  let berlin: FakeStripe
  let main: FakeStripe
  let mumbai: FakeRazorpay
  beforeAll(async () => {
    berlin = await startFakeStripe()
    main = await startFakeStripe()
    mumbai = await startFakeRazorpay()
  })
  const world = useWorld('server', () => ({
    STRIPE_ACCOUNTS: accountsText({ default: main, berlin }),
    RAZORPAY_ACCOUNTS: accountsText({ mumbai }),
  }))
  afterAll(async () => {
    for (const fake of [berlin, main, mumbai]) await fake?.stop()
  })
  let next = 1

  /** A guest of a shop who holds a seat of an event of its own, and its order. */
  const ordered = async (shop: Shop) => {
    const event = await shop.sell(`event-${next++}`, 2)
    const guest = await shop.guest()
    const buyer = buyerOf(guest, event)
    const hold = told(201, HoldView, await buyer.hold(['S-1']))
    const path = `/v1/events/${event.eventId}/holds/${hold.id}`
    const order = told(201, OrderView, await guest.call('POST', `${path}/order`, { body: {} }))
    return { guest, buyer, hold, order, path, pay: (payment: object) => confirm(guest, path, payment) }
  }
  const confirm = (guest: Client, path: string, payment: object) =>
    guest.call('POST', `${path}/confirm`, { body: { payment } })
  const isPaid = async (guest: Client, id: string) => {
    const booking = told(200, BookingView, await guest.call('GET', `/v1/bookings/${id}`))
    return booking.payment.status === 'SUCCESS'
  }
  const webhook = (path: string) => `${world().stack.edgeUrl}/v1/payments/${path}/webhook`

  test('with Stripe: a page pays the order’s intent, and the money is taken once it is booked', async () => {
    const shop = await world().openShop({ paymentProvider: 'stripe', paymentAccount: 'berlin' })
    const { guest, hold, order, path, pay } = await ordered(shop)
    expect(order).toMatchObject({
      id: expect.stringMatching(/^pi_/),
      hold: hold.id,
      provider: 'stripe',
      amount: 4500,
      currency: 'EUR',
      keyId: berlin.account.publishableKey,
    })
    expect(order.clientSecret).toContain(order.id)
    expect(told(201, OrderView, await guest.call('POST', `${path}/order`, { body: {} })).id).toBe(order.id)
    refused('payment_required', await pay({ id: order.id }))
    berlin.pay(order.id, 'authorised')
    const { id } = told(201, BookingView, await pay({ id: order.id }))
    await until(() => isPaid(guest, id))
    expect(berlin.books().get(order.id)).toEqual({ captured: 4500, refunded: 0, reserved: 0 })
    expect(main.books().size).toBe(0)
  })

  test('with Razorpay: a page hands in what its form gave it', async () => {
    const shop = await world().openShop({ paymentProvider: 'razorpay', paymentAccount: 'mumbai' })
    const { guest, order, pay } = await ordered(shop)
    expect(order).toMatchObject({ provider: 'razorpay', keyId: mumbai.account.keyId })
    const words = mumbai.pay(order.id, 'authorised')
    refused('payment_declined', await pay({ ...words, signature: '0'.repeat(64) }))
    const { id } = told(201, BookingView, await pay(words))
    await until(() => isPaid(guest, id))
    expect(mumbai.books().get(order.id)).toEqual({ captured: 4500, refunded: 0, reserved: 0 })
  })

  test('a webhook is believed at its own account only', async () => {
    const shop = await world().openShop({ paymentProvider: 'stripe', paymentAccount: 'berlin' })
    const { guest, order } = await ordered(shop)
    berlin.pay(order.id, 'captured')
    const paid = berlin.webhooks.at(-1)
    if (!paid) throw new Error('nothing was told')
    for (const elsewhere of ['stripe/default', 'razorpay/mumbai']) {
      expect((await deliver(webhook(elsewhere), paid)).status, elsewhere).toBe(401)
    }
    for (const nowhere of ['stripe/paris', 'razorpay/default', 'simulated/default']) {
      expect((await deliver(webhook(nowhere), paid)).status, nowhere).toBe(404)
    }
    expect((await deliver(webhook('stripe/berlin'), paid)).status).toBe(200)
    const bookings = async () => (await guest.call('GET', '/v1/bookings')).text
    await until(async () => (await bookings()).includes(order.id))
  })

  test('what is paid at one account, or for another app at the same one, buys nothing', async () => {
    const [ours, sister, elsewhere] = [
      await world().openShop({ paymentProvider: 'stripe', paymentAccount: 'berlin' }),
      await world().openShop({ paymentProvider: 'stripe', paymentAccount: 'berlin' }),
      await world().openShop({ paymentProvider: 'stripe', paymentAccount: 'default' }),
    ]
    for (const [shop, fake] of [
      [sister, berlin],
      [elsewhere, main],
    ] as const) {
      const theirs = await ordered(shop)
      fake.pay(theirs.order.id, 'authorised')
      const mine = await ordered(ours)
      refused('payment_declined', await mine.pay({ id: theirs.order.id }))
      const { id } = told(201, BookingView, await theirs.pay({ id: theirs.order.id }))
      await until(() => isPaid(theirs.guest, id))
      expect(fake.books().get(theirs.order.id)).toEqual({ captured: 4500, refunded: 0, reserved: 0 })
    }
  })

  test('an app cannot name an account that core does not have', async () => {
    const { edgeUrl, secrets } = world().stack
    for (const account of [
      { paymentProvider: 'stripe', paymentAccount: 'paris' },
      { paymentProvider: 'razorpay', paymentAccount: 'default' },
    ]) {
      await expect(createApp(edgeUrl, secrets, { name: 'Nowhere', ...account })).rejects.toThrow(
        'answered 422',
      )
    }
  })
})
