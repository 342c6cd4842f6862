import {
  type GrantId,
  type Principal,
  Problem,
  principal,
  ticketsUnguessableLengthMin,
} from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import { clientKey, unknownClient } from '../client-address.ts'
import type { EdgeVars } from '../context.ts'
import { readHolder } from '../holders.ts'
import { releaseHold } from '../release-hold.ts'
import type { Services } from '../services.ts'
import type { TicketsGates } from './tickets-limits.ts'
import { ownLock } from './tickets-pay.ts'
import type { ReleaseRequest } from './tickets-requests.ts'

type Context = Pick<Services, 'inventory' | 'events' | 'core' | 'intents'> & {
  readonly limits: Pick<TicketsGates, 'named' | 'misnamed'>
}

/** Gives a locked seat back for whoever has shown a token, or can be known without one. */
export async function releaseLock(
  ctx: Context,
  event: EventRef,
  { seatId, userId }: ReleaseRequest,
  caller: EdgeVars,
): Promise<void> {
  const owner = caller.principal ?? (await ownerWithoutToken(ctx, event, { seatId, userId }, caller))
  const { grantId } = await ownLock(ctx, { event, owner, caller }, seatId)
  await releaseHold(ctx, { event, grantId, owner, caller: { ...caller, principal: owner } })
}

/**
 * Whose lock a page gives back that shows no token, as those of TicketS do on cancel, when their timer has run out, and to
 * undo a checkout: they name the user by the id that only its login was told. A short id can be guessed, so it counts
 * at the address alone from which the seat was locked. Every refusal is the same, whoever holds the seat.
 *
 * @throws Problem `invalid_token`, `rate_limited` after too many wrong names from one address
 */
async function ownerWithoutToken(
  ctx: Context,
  event: EventRef,
  { seatId, userId }: ReleaseRequest,
  caller: EdgeVars,
): Promise<Principal> {
  if (userId === undefined) throw new Problem('invalid_token')
  const { holder } = await readHolder(ctx, event, seatId, caller)
  // Anybody sees on the map that the seat is free: no name for its owner was tried.
  if (!holder) throw new Problem('invalid_token')
  const named = principal.pool(userId)
  const isKnown =
    userId.length >= ticketsUnguessableLengthMin || (await isFromThere(ctx, event, holder, caller))
  if (named !== holder.owner || !isKnown) return ctx.limits.misnamed(caller)
  await ctx.limits.named(caller)
  return named
}

interface LockHolder {
  readonly owner: Principal
  readonly grantId: GrantId
}

/** Whether the call comes from the address that locked the seat. */
async function isFromThere(
  { intents }: Context,
  event: EventRef,
  { owner, grantId }: LockHolder,
  { clientAddress }: EdgeVars,
): Promise<boolean> {
  const client = clientKey(clientAddress)
  return client !== unknownClient && intents.isMadeBy(grantId, { ...event, owner, client })
}
