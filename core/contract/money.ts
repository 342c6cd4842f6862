import * as z from 'zod'
import { priceMinorMax } from './limits.ts'

/** An amount in the minor unit of its currency: an integer, never a fraction. */
export const MinorUnits = z.int().min(0).max(priceMinorMax)

/** Three letters of ISO 4217. Whether they are a currency is asked where something is to be sold in it (`isCurrency`). */
export const Currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code, e.g. EUR')

/**
 * What can be paid in: the currencies and funds of ISO 4217's list of 2026, without metals, bonds, units of account of banks
 * and the codes for tests and for none. `Intl` has no list of these: it knows what is withdrawn too, and counts by custom.
 */
const currencies: ReadonlySet<string> = new Set(
  (
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE ' +
    'CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF ' +
    'GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR ' +
    'LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN ' +
    'PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS ' +
    'TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ' +
    'ZMW ZWG'
  ).split(' '),
)

/** Whether something can be sold in a currency. What was sold in another before stays as it is. */
export const isCurrency = (code: string): boolean => currencies.has(code)

/** What is said of one that is none. */
export const noCurrency = 'must be a currency of ISO 4217, e.g. EUR'

/** A sum of prices, in minor units. */
export const totalOf = (seats: readonly { price: number }[]): number =>
  seats.reduce((sum, seat) => sum + seat.price, 0)

/** Currencies of ISO 4217 whose minor unit is not a hundredth, by the digits after the point. */
const exponents: ReadonlyMap<string, number> = new Map([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
    .split(' ')
    .map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
  ...'CLF UYW'.split(' ').map((code) => [code, 4] as const),
])

/** How many digits of a major unit the minor unit is: 2 of EUR, 0 of JPY, 3 of KWD. */
export const currencyExponent = (currency: string): number => exponents.get(currency) ?? 2

/**
 * A decimal amount of major units in minor ones, digit by digit: 19.99 and "19.990" of EUR are 1999. Null when it is
 * no plain decimal number, or has more digits than its currency.
 */
export function minorUnitsOf(major: string | number, currency: string): number | null {
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d{1,20}))?$/.exec(String(major)) ?? []
  if (whole === undefined) return null
  const exponent = currencyExponent(currency)
  if (/[1-9]/.test(fraction.slice(exponent))) return null
  return Number(whole + fraction.slice(0, exponent).padEnd(exponent, '0'))
}

/** Minor units as a number of major ones: 1999 of EUR is 19.99, the nearest there is to it, which prints as itself. */
export const majorUnitsOf = (minor: number, currency: string): number =>
  // biome-ignore lint/plugin: for people and the predecessor's clients; nothing is computed with it
  minor / 10 ** currencyExponent(currency)
