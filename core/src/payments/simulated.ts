import { PaymentId, type Platform } from '@holdfast/contract'
import type { Provider, ProviderState } from './provider.ts'

/** What a payment id does, by how it begins; anything else is captured at once. */
const script: readonly (readonly [prefix: string, state: ProviderState])[] = [
  ['pay_auth_', 'authorised'],
  ['pay_pending_', 'pending'],
  ['pay_declined_', 'declined'],
  ['pay_capture_fails_', 'authorised'],
  ['order_', 'open'],
]

/** How long `pay_slow_` takes. */
const slowMs = 3_000

const stateOf = (id: PaymentId): ProviderState =>
  script.find(([prefix]) => id.startsWith(prefix))?.[1] ?? 'captured'

/**
 * A provider that plays a part, for laptops and tests, and remembers nothing: whoever names a payment has paid it, and
 * an order is paid by naming any. Core refuses it unless ALLOW_SIMULATED_PAYMENTS=1.
 */
export function simulatedProvider(platform: Pick<Platform, 'sleep'>): Provider {
  return {
    takesUnordered: true,
    async order({ reference }) {
      return {
        word: 'made',
        paymentId: PaymentId.parse(`order_${reference}`),
        checkout: { keyId: 'simulated' },
      }
    },
    async identify({ id }) {
      return id
    },
    async look({ paymentId, amount, currency }, budgetMs) {
      if (paymentId.startsWith('pay_slow_')) {
        await platform.sleep(Math.min(slowMs, budgetMs))
        if (budgetMs < slowMs) return { word: 'unknown' }
      }
      return { word: 'seen', state: stateOf(paymentId), amount, currency, reference: null }
    },
    async capture({ paymentId }) {
      return paymentId.startsWith('pay_capture_fails_') ? 'refused' : 'captured'
    },
    async void({ paymentId }) {
      return stateOf(paymentId) === 'captured' ? 'captured' : 'voided'
    },
    async refund() {
      return 'done'
    },
  }
}
