import { expect, test } from 'vitest'
import { priceFault, sumsOf, sumToGiveBack } from './provider-sums.ts'

test.each([
  ['stripe', 'EUR', { step: 1, least: 50, leastBack: 1 }],
  ['stripe', 'JPY', { step: 1, least: 50, leastBack: 1 }],
  ['stripe', 'KWD', { step: 10, least: 1, leastBack: 1 }],
  ['stripe', 'TND', { step: 10, least: 1, leastBack: 1 }],
  // Counted there in hundredths, of which only whole hundreds are taken: each unit of ISO 4217 is one of those.
  ['stripe', 'UGX', { step: 1, least: 1, leastBack: 1 }],
  ['stripe', 'ISK', { step: 1, least: 1, leastBack: 1 }],
  // Two digits of ISO 4217, and none there.
  ['stripe', 'MGA', { step: 100, least: 1, leastBack: 1 }],
  ['razorpay', 'BHD', { step: 10, least: 1, leastBack: 1 }],
  ['razorpay', 'INR', { step: 1, least: 100, leastBack: 100 }],
  ['razorpay', 'CLF', null],
  ['external', 'KWD', { step: 1, least: 1, leastBack: 1 }],
  ['simulated', 'KWD', { step: 1, least: 1, leastBack: 1 }],
] as const)('%s takes sums of %s in its own steps', (provider, currency, sums) => {
  expect(sumsOf(provider, currency)).toEqual(sums)
})

test.each([
  ['stripe', 'KWD', 5_005, /multiple of 10 /],
  ['razorpay', 'OMR', 1, /multiple of 10 /],
  ['stripe', 'MGA', 150, /multiple of 100 /],
  ['stripe', 'USD', 49, /50 at least/],
  ['razorpay', 'INR', 99, /100 at least/],
  ['razorpay', 'UYW', 10_000, /takes no UYW/],
] as const)('a price that %s can never charge is refused: %s %i', (provider, currency, price, why) => {
  expect(priceFault(provider, currency, price)).toMatch(why)
})

test.each([
  ['stripe', 'KWD', 5_010],
  ['stripe', 'KWD', 0],
  ['stripe', 'USD', 50],
  ['stripe', 'UGX', 1],
  ['razorpay', 'INR', 0],
  ['external', 'KWD', 5_005],
  ['none', 'EUR', 1],
] as const)('a price that can be charged, or is none, is taken: %s %s %i', (provider, currency, price) => {
  expect(priceFault(provider, currency, price)).toBeNull()
})

test('a refusal speaks in the unit of whoever asks', () => {
  expect(priceFault('stripe', 'KWD', 5_005, (minor) => `<${minor}>`)).toContain('multiple of <10>')
})

test.each([
  ['stripe', 'KWD', 2_505, 5_010, 2_510],
  ['stripe', 'KWD', 2_510, 5_010, 2_510],
  ['stripe', 'KWD', 5_005, 5_000, 5_000],
  ['stripe', 'KWD', 0, 5_000, 0],
  ['stripe', 'EUR', 33, 100, 33],
  ['razorpay', 'INR', 40, 1_000, 100],
  ['razorpay', 'INR', 40, 60, 60],
  ['external', 'KWD', 2_505, 5_010, 2_505],
] as const)(
  'what goes back is the next sum that can, and never more than is left: %s %s %i of %i is %i',
  (provider, currency, due, left, sum) => {
    expect(sumToGiveBack(provider, currency, due, left)).toBe(sum)
  },
)
