import { expect, test } from 'vitest'
import { currencyExponent, majorUnitsOf, minorUnitsOf } from './money.ts'

test.each([
  ['EUR', 2],
  ['INR', 2],
  ['JPY', 0],
  ['KWD', 3],
  ['CLF', 4],
])('%s has %i digits after the point', (currency, digits) => {
  expect(currencyExponent(currency)).toBe(digits)
})

test.each([
  [19.99, 'EUR', 1999],
  ['19.9', 'EUR', 1990],
  ['19.990', 'EUR', 1999],
  [1.005, 'EUR', null],
  [0.1 + 0.2, 'EUR', null],
  [1.005, 'KWD', 1005],
  [500, 'JPY', 500],
  [500.5, 'JPY', null],
  ['500.0', 'JPY', 500],
  [0, 'INR', 0],
  [-1, 'INR', null],
  [1e21, 'INR', null],
  [1e-7, 'INR', null],
  [Number.NaN, 'INR', null],
  ['', 'INR', null],
  ['1,5', 'INR', null],
  ['0x10', 'INR', null],
])('%s %s is %s in minor units', (major, currency, minor) => {
  expect(minorUnitsOf(major, currency)).toBe(minor)
})

test('every price comes back as it was written: no cent is lost between the two', () => {
  for (let minor = 0; minor < 200_000; minor++) {
    for (const currency of ['EUR', 'JPY', 'KWD']) {
      const major = majorUnitsOf(minor, currency)
      if (minorUnitsOf(major, currency) !== minor) expect([minor, currency, major]).toBe('the same')
    }
  }
})
