import { expect, test } from 'vitest'
import { razorpayProvider } from '../../../core/src/payments/razorpay.ts'
import { startFakeRazorpay } from '../../support/razorpay/index.ts'
import { booking, budgetMs, orderAt, requestOf, wireBench } from './bench.ts'
import { booksSuite, providerSuite } from './provider-suite.ts'
import { currencySuite } from './wire-currencies.ts'
import { faultSuite } from './wire-faults.ts'
import { read, webhookSuite } from './wire-webhooks.ts'

const open = async (options = {}) => wireBench(await startFakeRazorpay(options), razorpayProvider)

// What was begun and what is on its way are one state there, and nothing has to be let go: it lapses.
providerSuite('Razorpay', { pendingIs: 'open', pendingVoids: 'voided' }, open)
booksSuite('Razorpay', open)
webhookSuite('Razorpay', open)
faultSuite('Razorpay', { repeatsFaultOf: [] }, open)
currencySuite(
  'Razorpay',
  {
    unspeakable: [
      { currency: 'INR', amount: 99 },
      { currency: 'KWD', amount: 12_345 },
    ],
  },
  open,
)

test('where receipts are not unique, an order asked for again is still the first one', async () => {
  const bench = await open({ areReceiptsUnique: false })
  const request = requestOf()
  const first = await bench.provider.order?.(request, budgetMs)
  bench.fake.faults.push({ verb: 'order', kind: 'unanswered' })
  const lost = requestOf()
  expect(await bench.provider.order?.(lost, budgetMs)).toEqual({ word: 'unknown' })
  expect(await bench.provider.order?.(lost, budgetMs)).toMatchObject({ word: 'made' })
  expect(await bench.provider.order?.(request, budgetMs)).toEqual(first)
  expect(bench.fake.books().size).toBe(2)
  await bench.close()
})

test('a payment is identified by its signature without a call, and not by another’s', async () => {
  const bench = await open()
  const [ours, theirs] = [await bench.pay('authorised'), await bench.pay('authorised')]
  const before = bench.fake.calls.length
  const identify = (words: Parameters<typeof bench.provider.identify>[0]) =>
    bench.provider.identify(words, budgetMs)
  expect(await identify(ours.words)).toBe(ours.charge.paymentId)
  const { id, order, signature } = ours.words
  for (const forged of [
    { id, order, signature: theirs.words.signature },
    { id, order: theirs.words.order, signature },
    { id: theirs.words.id, order, signature },
    { id, order, signature: '' },
    { id, order, signature: `${signature}0` },
    { id, signature },
    { id: 'order_a/../../payments' as never },
    { id: 'pi_somebodyelses' as never },
  ]) {
    expect(await identify(forged)).toBeNull()
  }
  expect(bench.fake.calls.length).toBe(before)
  await bench.close()
})

test('a payment that is named without a signature is looked up, and must be of the order that is named', async () => {
  const bench = await open()
  const [ours, theirs] = [await bench.pay('authorised'), await bench.pay('authorised')]
  const { id, order } = ours.words
  expect(await bench.provider.identify({ id }, budgetMs)).toBe(order)
  expect(await bench.provider.identify({ id, order }, budgetMs)).toBe(order)
  expect(await bench.provider.identify({ id, order: theirs.words.order }, budgetMs)).toBeNull()
  expect(await bench.provider.identify({ id: 'pay_nobodyknows1' as never }, budgetMs)).toBeNull()
  bench.fake.faults.push({ verb: 'look', kind: 'error_500' })
  expect(await bench.provider.identify({ id }, budgetMs)).toBe('unknown')
  await bench.close()
})

test('an order that was attempted in vain may be paid by another attempt', async () => {
  const bench = await open()
  const charge = await orderAt(bench.provider)
  bench.fake.pay(charge.paymentId, 'declined')
  bench.fake.pay(charge.paymentId, 'pending')
  expect(await bench.provider.look(charge, budgetMs)).toMatchObject({ state: 'open' })
  bench.fake.pay(charge.paymentId, 'authorised')
  expect(await bench.provider.look(charge, budgetMs)).toMatchObject({ state: 'authorised' })
  expect(await bench.provider.capture(charge, booking, budgetMs)).toBe('captured')
  // The one on its way comes too late: Razorpay gives it back by itself, and what was taken stays taken.
  bench.fake.settlePending(charge.paymentId, 'authorised')
  expect(await bench.provider.look(charge, budgetMs)).toMatchObject({ state: 'captured', amount: 4500 })
  expect(bench.bookOf(charge)).toEqual({ captured: 4500, refunded: 0, reserved: 0 })
  await bench.close()
})

test('an event is known by its body, with any id in the unsigned header and without one', async () => {
  const bench = await open()
  await bench.pay('captured')
  const delivery = bench.fake.webhooks.at(-1)
  if (!delivery) throw new Error('nothing was told')
  const { 'x-razorpay-event-id': id, ...headers } = delivery.headers
  const readings = [
    await read(bench.provider, { ...delivery, headers }),
    await read(bench.provider, { ...delivery, headers: { ...headers, 'x-razorpay-event-id': 'another' } }),
  ]
  expect(readings[0]).toMatchObject({
    word: 'event',
    event: { eventId: expect.stringMatching(/^body_[0-9a-f]{64}$/) },
  })
  expect(readings[1]).toEqual(readings[0])
  expect(id).toBeTruthy()
  await bench.close()
})
