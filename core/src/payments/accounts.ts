import type { Platform } from '@holdfast/contract'
import type { RazorpayAccounts, StripeAccounts } from './account-settings.ts'
import type { FindProvider, Provider } from './provider.ts'
import type { ProviderTools } from './provider-call.ts'
import { razorpayProvider } from './razorpay.ts'
import { simulatedProvider } from './simulated.ts'
import { stripeProvider } from './stripe.ts'

/** What core's configuration says of payments. */
export interface PaymentSettings {
  readonly stripe: StripeAccounts
  readonly razorpay: RazorpayAccounts
  readonly isSimulationAllowed: boolean
}

/** The accounts that core is configured with, each with its adapter. */
export function findProviderOf(
  settings: PaymentSettings,
  tools: ProviderTools & { readonly platform: Platform },
): FindProvider {
  const stripe = adaptersOf(settings.stripe, (name, account) => stripeProvider(name, account, tools))
  const razorpay = adaptersOf(settings.razorpay, (name, account) => razorpayProvider(name, account, tools))
  const simulated = settings.isSimulationAllowed ? simulatedProvider(tools.platform) : null
  return (provider, account) => {
    switch (provider) {
      case 'stripe':
        return stripe.get(account) ?? null
      case 'razorpay':
        return razorpay.get(account) ?? null
      case 'simulated':
        return simulated
      default:
        return null
    }
  }
}

const adaptersOf = <Account>(
  accounts: Readonly<Record<string, Account>>,
  adapterOf: (name: string, account: Account) => Provider,
): ReadonlyMap<string, Provider> =>
  new Map(Object.entries(accounts).map(([name, account]) => [name, adapterOf(name, account)]))
