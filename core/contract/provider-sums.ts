import type { PaymentProvider } from './apps.ts'
import { currencyExponent } from './money.ts'

/** How a provider counts money: digits after the point of its unit, and the smallest step of it that it takes. */
export interface Counting {
  readonly digits: number
  readonly step: number
}

/** https://docs.stripe.com/currencies#zero-decimal; UGX is listed there and counted by its special case. */
const stripeWhole = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '))
/** https://docs.stripe.com/currencies#three-decimal: the last digit must be 0. */
const stripeThousandths = new Set('BHD JOD KWD OMR TND'.split(' '))
/** https://docs.stripe.com/currencies#special-cases: counted in hundredths that must be whole. */
const stripeWholeHundredths = new Set(['ISK', 'UGX'])

export function stripeCounting(currency: string): Counting {
  if (stripeWhole.has(currency)) return { digits: 0, step: 1 }
  if (stripeThousandths.has(currency)) return { digits: 3, step: 10 }
  return { digits: 2, step: stripeWholeHundredths.has(currency) ? 100 : 1 }
}

/**
 * It counts in the subunits of ISO 4217, and of three decimals the last must be 0; none of more:
 * https://razorpay.com/docs/payments/international-payments/currency-conversion
 */
export function razorpayCounting(currency: string): Counting | null {
  const digits = currencyExponent(currency)
  if (digits > 3) return null
  return { digits, step: digits === 3 ? 10 : 1 }
}

const amounts = (pairs: string): ReadonlyMap<string, number> =>
  new Map(
    pairs.split(' ').map((pair) => {
      const [currency = '', amount] = pair.split(':')
      return [currency, Number(amount)]
    }),
  )

/** The least that is charged, in minor units: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
const stripeLeast = amounts(
  'AED:200 AUD:50 BRL:50 CAD:50 CHF:50 CZK:1500 DKK:250 EUR:50 GBP:30 HKD:400 HUF:17500 INR:50 JPY:50 MXN:1000 ' +
    'MYR:200 NOK:300 NZD:50 PLN:200 RON:200 SEK:300 SGD:50 THB:1000 USD:50',
)
/** https://razorpay.com/docs/api/orders/create and /refunds/create-normal: both at least a rupee. */
const razorpayLeast = amounts('INR:100')

/** The sums that a provider takes and gives back, in minor units: multiples of `step`, `least` at least. */
export interface Sums {
  readonly step: number
  readonly least: number
  /** The least that is given back. */
  readonly leastBack: number
}

const anySum: Sums = { step: 1, least: 1, leastBack: 1 }

/** The least common step of a provider's and of the currency's own minor unit, in the latter. */
function stepOf(currency: string, { digits, step }: Counting): number {
  const exponent = currencyExponent(currency)
  if (exponent >= digits) return step * 10 ** (exponent - digits)
  const steps = [1, 10, 100, 1_000].filter((some) => (some * 10 ** (digits - exponent)) % step === 0)
  return Math.min(...steps)
}

/** What can be paid by a provider in a currency; null: nothing can. */
export function sumsOf(provider: PaymentProvider, currency: string): Sums | null {
  switch (provider) {
    case 'stripe':
      return {
        step: stepOf(currency, stripeCounting(currency)),
        least: stripeLeast.get(currency) ?? 1,
        leastBack: 1,
      }
    case 'razorpay': {
      const counting = razorpayCounting(currency)
      const least = razorpayLeast.get(currency) ?? 1
      return counting && { step: stepOf(currency, counting), least, leastBack: least }
    }
    case 'none':
    case 'simulated':
    case 'external':
      return anySum
  }
}

/**
 * Why nobody could ever pay a price by itself at this provider; null: they can. What is free is not paid.
 * @param shown how the reader's API writes an amount
 */
export function priceFault(
  provider: PaymentProvider,
  currency: string,
  price: number,
  shown: (minor: number) => string = String,
): string | null {
  if (price === 0) return null
  const sums = sumsOf(provider, currency)
  if (!sums) return `cannot be paid: ${provider} takes no ${currency}`
  const { step, least } = sums
  if (price % step !== 0) {
    return `must be a multiple of ${shown(step)} in ${currency}, which is what ${provider} can charge and give back`
  }
  if (price < least)
    return `must be 0, or ${shown(least)} at least: ${provider} charges no less in ${currency}`
  return null
}

/**
 * The sum that a provider can give back for an amount, in the buyer's favour: the next that it can, never more than is
 * left of what was paid.
 */
export function sumToGiveBack(
  provider: PaymentProvider,
  currency: string,
  amount: number,
  left: number,
): number {
  const sums = sumsOf(provider, currency)
  if (amount === 0 || !sums) return Math.min(amount, left)
  const { step, leastBack } = sums
  const rest = amount % step
  const whole = rest === 0 ? amount : amount + step - rest
  return Math.min(left, Math.max(whole, leastBack))
}
