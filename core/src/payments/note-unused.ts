import type { PaymentClaim } from '@holdfast/contract'
import { faultNameOf } from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { Purpose } from './payment-rows.ts'
import { recordIntent } from './take-payment.ts'

/**
 * Records a payment that came for a grant which it will not buy, so that repair lets it go or gives it back. What was
 * ordered here is on record already, and what another account's order is of is none of ours; left are the payments that
 * clients name by themselves.
 */
export async function noteUnused(
  ctx: Pick<Core, 'store' | 'platform' | 'log'>,
  purpose: Purpose,
  claim: PaymentClaim | undefined,
): Promise<void> {
  const { provider, kind, amount } = purpose
  const isNamed = provider === 'simulated' || (provider === 'external' && kind === 'secret')
  if (!claim || !isNamed || amount === 0) return
  // When it is on record, it is on record for whom it is for.
  await recordIntent(ctx, purpose, claim.id).catch((error: unknown) => {
    const fault = faultNameOf(error)
    if (fault !== 'Problem')
      ctx.log({ level: 'warn', event: 'unused_payment_not_noted', appId: purpose.appId, fault })
  })
}
