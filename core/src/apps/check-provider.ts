import { type AppInput, Problem } from '@holdfast/contract'
import type { FindProvider } from '../payments/provider.ts'

/**
 * Refuses an app the payments that this core cannot take: of accounts that its configuration does not name, and
 * simulated ones wherever somebody might take them for real ones.
 * @throws Problem `invalid_request`
 */
export function checkProvider(
  { findProvider }: { readonly findProvider: FindProvider },
  {
    paymentProvider: provider,
    paymentAccount: account,
  }: Required<Pick<AppInput, 'paymentProvider' | 'paymentAccount'>>,
): void {
  if (provider === 'none' || provider === 'external' || findProvider(provider, account)) return
  const message =
    provider === 'simulated'
      ? 'simulated payments are not allowed here'
      : `this service has no account ${account} of ${provider}`
  throw new Problem('invalid_request', { errors: [{ path: 'paymentProvider', message }] })
}
