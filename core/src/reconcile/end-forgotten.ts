import { forgottenHoldMs, forgottenPerPass } from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import { decideAgainst } from '../bookings/decide-grant.ts'
import type { Core } from '../context.ts'

type Context = Pick<Core, 'store' | 'platform' | 'retention'>

/**
 * Decides against holds of an event that are on record as ACTIVE and cannot live any more: the log has lost their end, or
 * Redis has lost them. Without a decision they would stay in the store for ever. Says whether that was all of them.
 *
 * @param isOver whether nothing of the event is held, so that none of them lives; else those whose time is long over, however
 *   often they may have been extended since.
 */
export async function endForgotten(
  ctx: Context,
  { appId, eventId }: EventRef,
  isOver: boolean,
): Promise<boolean> {
  const until = { lt: new Date(ctx.platform.now() - (isOver ? 0 : forgottenHoldMs)) }
  const left = { eventId, status: 'ACTIVE', until } as const
  const found = await ctx.store.find(appId, 'reservations', left, { limit: forgottenPerPass })
  for (const { grantId, owner } of found)
    await decideAgainst(ctx, { appId, eventId, grantId, owner }, 'EXPIRED')
  return found.length < forgottenPerPass
}
