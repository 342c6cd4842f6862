import { type Counting, fromProvider, toProvider } from '../minor-units.ts'
import { ProviderFault } from '../provider-call.ts'

/** https://docs.stripe.com/currencies#zero-decimal; UGX is listed there and counted by its special case. */
const whole = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '))
/** https://docs.stripe.com/currencies#three-decimal: the last digit must be 0. */
const thousandths = new Set('BHD JOD KWD OMR TND'.split(' '))
/** https://docs.stripe.com/currencies#special-cases: counted in hundredths that must be whole. */
const wholeHundredths = new Set(['ISK', 'UGX'])

function countingOf(currency: string): Counting {
  if (whole.has(currency)) return { digits: 0, step: 1 }
  if (thousandths.has(currency)) return { digits: 3, step: 10 }
  return { digits: 2, step: wholeHundredths.has(currency) ? 100 : 1 }
}

/** What Stripe is to be told; null when it cannot take such an amount. */
export const toStripe = (amount: number, currency: string): number | null =>
  toProvider(amount, currency, countingOf(currency))

/**
 * What Stripe told, in minor units of ISO 4217.
 * @throws ProviderFault when there is no such amount
 */
export function fromStripe(amount: number, currency: string): number {
  const minor = fromProvider(amount, currency, countingOf(currency))
  if (minor === null) throw new ProviderFault('an amount of no such currency')
  return minor
}
