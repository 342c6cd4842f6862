import { claimAbandonedMs, claimsPerRound } from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { BookingDoc, Documents } from '../store/schema.ts'
import { everyApp } from '../store/store.ts'
import { abandonKey, type Claim, ClaimLost, completeKey } from './claim-key.ts'
import { bookedReply } from './commit-booking.ts'

type Context = Pick<Core, 'store' | 'platform'>
type ClaimDoc = Documents['idempotency']

/**
 * Ends claims whose holder has died, those that wait longest first, and says how many there were. Where the grant was
 * sold as the claim asked, the key gets that answer. Any other is let go: a refusal has more to do than to be told, and
 * the next request with the key does it.
 */
export async function finishClaims(ctx: Context): Promise<number> {
  const claimedAt = { lte: new Date(ctx.platform.now() - claimAbandonedMs) }
  const oldest = { orderBy: 'claimedAt', limit: claimsPerRound } as const
  const left = await ctx.store.find(everyApp, 'idempotency', { status: 'CLAIMED', claimedAt }, oldest)
  for (const claim of left) await finishClaim(ctx, claim)
  return left.length
}

async function finishClaim({ store }: Context, doc: ClaimDoc): Promise<void> {
  const { appId, owner, key, token } = doc
  const claim: Claim = { appId, owner, key, token }
  const booking = await soldAs(store, doc)
  if (!booking) {
    await abandonKey(store, claim)
    return
  }
  try {
    await completeKey(store, claim, bookedReply(booking))
  } catch (error) {
    // Somebody has come back with the key meanwhile, and has taken it over.
    if (!(error instanceof ClaimLost)) throw error
  }
}

/** The booking that the claim asked for, if there is one. */
async function soldAs(store: Core['store'], { appId, owner, about }: ClaimDoc): Promise<BookingDoc | null> {
  if (about === null) return null
  const { eventId, grantId, paymentId } = about
  const [booking] = await store.find(appId, 'bookings', { eventId, grantId }, { limit: 1 })
  const isSame = booking?.owner === owner && (paymentId === null || paymentId === booking.paymentId)
  return booking && isSame ? booking : null
}
