import type { Platform } from '@holdfast/contract'
import type { Authorisation, Payments } from './payments.ts'

/** What a payment id does, by how it begins; anything else is captured at once. */
const script: readonly (readonly [prefix: string, answer: Authorisation])[] = [
  ['pay_auth_', 'authorised'],
  ['pay_pending_', 'pending'],
  ['pay_declined_', 'declined'],
  ['pay_capture_fails_', 'authorised'],
]

/** How long `pay_slow_` takes. */
const slowMs = 3_000

/** A provider that plays a part, for laptops and tests. Core refuses it unless ALLOW_SIMULATED_PAYMENTS=1. */
export function simulatedPayments(platform: Pick<Platform, 'sleep'>): Payments {
  return {
    async authorise({ paymentId }, budgetMs) {
      if (paymentId.startsWith('pay_slow_')) {
        await platform.sleep(Math.min(slowMs, budgetMs))
        if (budgetMs < slowMs) return 'unknown'
      }
      return script.find(([prefix]) => paymentId.startsWith(prefix))?.[1] ?? 'captured'
    },
    async capture({ paymentId }) {
      return paymentId.startsWith('pay_capture_fails_') ? 'refused' : 'captured'
    },
  }
}
