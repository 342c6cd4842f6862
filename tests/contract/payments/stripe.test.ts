import { systemPlatform } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { stripeProvider } from '../../../core/src/payments/stripe.ts'
import { startFakeStripe } from '../../support/stripe/index.ts'
import { signatureOf } from '../../support/stripe/webhooks.ts'
import { booking, budgetMs, wireBench } from './bench.ts'
import { booksSuite, providerSuite } from './provider-suite.ts'
import { currencySuite } from './wire-currencies.ts'
import { faultSuite } from './wire-faults.ts'
import { read, webhookSuite } from './wire-webhooks.ts'

const open = async () => wireBench(await startFakeStripe(), stripeProvider)

providerSuite('Stripe', { pendingIs: 'pending', pendingVoids: 'unknown' }, open)
booksSuite('Stripe', open)
webhookSuite('Stripe', open)
faultSuite('Stripe', { repeatsFaultOf: ['refund'] }, open)
currencySuite(
  'Stripe',
  {
    // https://docs.stripe.com/currencies#special-cases, and one that has cents for everybody but Stripe.
    sums: [
      { currency: 'ISK', amount: 1_500, part: 500, wire: { amount: 150_000, part: 50_000 } },
      { currency: 'UGX', amount: 20_000, part: 5_000, wire: { amount: 2_000_000, part: 500_000 } },
      { currency: 'MGA', amount: 150_000, part: 50_000, wire: { amount: 1_500, part: 500 } },
    ],
    unspeakable: [
      { currency: 'EUR', amount: 49 },
      { currency: 'KWD', amount: 12_345 },
      { currency: 'MGA', amount: 150_050 },
    ],
  },
  open,
)

test.each(['a fault of Stripe’s own', 'an empty balance'])(
  'a refund that met %s comes through when Stripe has forgotten its key',
  async (cause) => {
    let nowMs = Date.now()
    const bench = wireBench(await startFakeStripe({ nowMs: () => nowMs }), stripeProvider)
    const { charge } = await bench.pay('captured')
    const give = () => bench.provider.refund(charge, { reference: 'rf_one', amount: 1500 }, budgetMs)
    if (cause === 'an empty balance') bench.fake.emptyBalance(true)
    else bench.fake.faults.push({ verb: 'refund', kind: 'error_500' })
    expect(await give()).toBe('unknown')
    bench.fake.emptyBalance(false)
    expect(await give()).toBe('unknown')
    nowMs += 25 * 3_600_000
    expect(await give()).toBe('done')
    expect(bench.bookOf(charge)).toMatchObject({ captured: 4500, refunded: 1500 })
    await bench.close()
  },
)

test('a fault is told to the log by the name that Stripe’s library has for it', async () => {
  const bench = await open()
  const { charge } = await bench.pay('authorised')
  for (const [kind, code] of [
    ['lost', 'StripeConnectionError'],
    ['error_500', 'StripeAPIError'],
  ] as const) {
    bench.fake.faults.push({ verb: 'look', kind })
    await bench.provider.look(charge, budgetMs)
    expect(bench.log.at(-1)).toMatchObject({ call: 'look', code })
  }
  await bench.close()
})

test('a capture tells Stripe which booking it is for', async () => {
  const bench = await open()
  const { charge } = await bench.pay('authorised')
  await bench.provider.capture(charge, booking, budgetMs)
  const last = bench.fake.webhooks.at(-1)
  expect(JSON.parse(new TextDecoder().decode(last?.body))).toMatchObject({
    type: 'payment_intent.succeeded',
    data: { object: { metadata: { booking, reference: expect.any(String) } } },
  })
  await bench.close()
})

test('a webhook is believed for 300 s after it was signed', async () => {
  const bench = await open()
  await bench.pay('captured')
  const delivery = bench.fake.webhooks.at(-1)
  if (!delivery) throw new Error('nothing was told')
  const { body } = delivery
  const nowMs = 1_800_000_000_000
  const at = bench.adapter({}, { now: () => nowMs })
  const signed = (secondsAgo: number) => ({
    'stripe-signature': signatureOf(body, bench.fake.account.webhookSecrets, nowMs - secondsAgo * 1_000),
  })
  expect(await read(at, { body, headers: signed(300) })).toMatchObject({ word: 'event' })
  expect(await read(at, { body, headers: signed(301) })).toEqual({ word: 'bad_signature' })
  const both = signatureOf(
    body,
    ['whsec_the-new-one-that-we-lack', ...bench.fake.account.webhookSecrets],
    nowMs,
  )
  expect(await read(at, { body, headers: { 'stripe-signature': both } })).toMatchObject({ word: 'event' })
  expect(systemPlatform.now()).not.toBe(nowMs)
  await bench.close()
})
