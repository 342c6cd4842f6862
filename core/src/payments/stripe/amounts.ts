import { stripeCounting } from '@holdfast/contract'
import { fromProvider, toProvider } from '../minor-units.ts'
import { ProviderFault } from '../provider-call.ts'

/** What Stripe is to be told; null when it cannot take such an amount. */
export const toStripe = (amount: number, currency: string): number | null =>
  toProvider(amount, currency, stripeCounting(currency))

/**
 * What Stripe told, in minor units of ISO 4217.
 * @throws ProviderFault when there is no such amount
 */
export function fromStripe(amount: number, currency: string): number {
  const minor = fromProvider(amount, currency, stripeCounting(currency))
  if (minor === null) throw new ProviderFault('an amount of no such currency')
  return minor
}
