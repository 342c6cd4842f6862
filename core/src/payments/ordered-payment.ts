import { declinedConfirmsPerHoldMax, type PaymentClaim, type PaymentId, Problem } from '@holdfast/contract'
import type { Grant } from '../bookings/decide-grant.ts'
import type { Core } from '../context.ts'
import { rateLimited } from '../rate-limited.ts'
import type { Documents, PaymentDoc } from '../store/schema.ts'
import { keyOf, type Purpose } from './payment-rows.ts'
import type { Provider } from './provider.ts'

type Context = Pick<Core, 'store' | 'platform'>

/** What a client names to pay for a grant whose payment had to be ordered. */
export interface Named extends Purpose {
  readonly claim: PaymentClaim
  /** When it is known already which payment the claim means. */
  readonly paymentId?: PaymentId | undefined
  /** When the hold is over, by Redis's clock. */
  readonly untilMs: number
}

/** A payment belongs to the first grant that it was made for. */
export function ofGrant(payment: PaymentDoc, { eventId, grantId }: Purpose): PaymentDoc {
  if (payment.eventId !== eventId || payment.grantId !== grantId) throw new Problem('payment_already_used')
  return payment
}

/**
 * The payment that was ordered for a grant, when that is what the client names. Nobody is asked about a grant without an
 * order, nor any more after some confirms that were declined: those are somebody else's calls and cards.
 *
 * @throws Problem `payment_declined`, `payment_already_used`, `rate_limited`
 */
export async function orderedPayment(
  ctx: Context,
  provider: Provider,
  named: Named,
  callMs: number,
): Promise<PaymentDoc | 'unknown'> {
  const { claim } = named
  if (named.paymentId !== undefined) return recorded(ctx, named, named.paymentId)
  const order = await orderOf(ctx, named)
  if (!order) return recorded(ctx, named, claim.id)
  if (isWornOut(order)) throw rateLimited(named.untilMs - ctx.platform.now())
  const paymentId = await provider.identify(claim, callMs)
  if (paymentId === 'unknown') return 'unknown'
  if (paymentId === null) throw new Problem('payment_declined')
  return recorded(ctx, named, paymentId)
}

async function recorded({ store }: Context, named: Named, paymentId: PaymentId): Promise<PaymentDoc> {
  const known = await store.get(named.appId, 'payments', keyOf({ ...named, paymentId }))
  if (!known?.reference) throw new Problem('payment_declined')
  return ofGrant(known, named)
}

type Order = Documents['orders']

/** The order of a grant, if there is one. */
export const orderOf = (
  { store }: Pick<Context, 'store'>,
  { appId, eventId, grantId }: Omit<Grant, 'owner'>,
): Promise<Order | null> => store.get(appId, 'orders', { eventId, grantId })

/** Whether the buyer has had as many confirms declined as one hold may have. */
export const isWornOut = ({ declined }: Order): boolean => (declined ?? 0) >= declinedConfirmsPerHoldMax

/** Counts a confirm that was declined, where something was ordered: the good ones are not written for this. */
export async function countDeclined(ctx: Pick<Context, 'store'>, grant: Omit<Grant, 'owner'>): Promise<void> {
  const { appId, eventId, grantId } = grant
  for (let tries = 0; tries < declinedConfirmsPerHoldMax; tries++) {
    const order = await orderOf(ctx, grant)
    if (!order || isWornOut(order)) return
    const when = { eventId, grantId, declined: order.declined }
    const set = { declined: (order.declined ?? 0) + 1 }
    if ((await ctx.store.updateIf(appId, 'orders', when, { set })) === 1) return
  }
}
