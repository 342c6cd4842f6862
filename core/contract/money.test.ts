import { expect, test } from 'vitest'
import { Currency, currencyExponent, isCurrency, majorUnitsOf, minorUnitsOf } from './money.ts'

test.each([
  ['EUR', 2],
  ['INR', 2],
  ['JPY', 0],
  ['KWD', 3],
  ['CLF', 4],
])('%s has %i digits after the point', (currency, digits) => {
  expect(currencyExponent(currency)).toBe(digits)
})

test.each(['ABC', 'ZZZ', 'XXX', 'XTS', 'XAU', 'XDR', 'DEM', 'HRK', 'ZWL', 'BTC', 'eur', ''])(
  'nothing is sold in %s, which is no currency',
  (code) => {
    expect(isCurrency(code)).toBe(false)
  },
)

test('the list of currencies is that of ISO 4217, as far as another one goes', () => {
  /** Not in CLDR's list of what is in use: funds, and what is too new for it. */
  const others = 'BOV CHE CHW CLF COU MXV USN UYI UYW VED XCG ZWG SLE'.split(' ')
  /** In it, and withdrawn from ISO 4217, or money of no country. */
  const withdrawn = 'ANG BGN CUC HRK SLL ZWL XDR XSU XUA'.split(' ')
  const known = Intl.supportedValuesOf('currency').filter((code) => !withdrawn.includes(code))
  expect(known.filter((code) => !isCurrency(code))).toEqual([])
  const all = Array.from({ length: 26 ** 3 }, (_, n) =>
    [n / 676, (n / 26) % 26, n % 26].map((at) => String.fromCharCode(65 + Math.floor(at))).join(''),
  ).filter(isCurrency)
  expect(all.filter((code) => !known.includes(code) && !others.includes(code))).toEqual([])
  expect(all.length).toBe(164)
  for (const code of all) expect(Currency.safeParse(code).success).toBe(true)
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
