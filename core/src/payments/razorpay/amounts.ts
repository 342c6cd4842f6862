import { currencyExponent } from '@holdfast/contract'
import { toProvider } from '../minor-units.ts'

/**
 * What Razorpay is to be told; null when it cannot take such an amount. It counts in the subunits of ISO 4217, and of
 * three decimals the last must be 0: https://razorpay.com/docs/payments/international-payments/currency-conversion
 */
export function toRazorpay(amount: number, currency: string): number | null {
  const digits = currencyExponent(currency)
  if (digits > 3) return null
  return toProvider(amount, currency, { digits, step: digits === 3 ? 10 : 1 })
}
