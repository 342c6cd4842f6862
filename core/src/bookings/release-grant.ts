import { type GrantDecision, Problem, releaseDecideMs } from '@holdfast/contract'
import type { Core } from '../context.ts'
import { remainingMs } from '../http/admission.ts'
import type { BookingDoc } from '../store/schema.ts'
import { isDuplicate, StoreError } from '../store/store.ts'
import { endingNow, type Grant, putDecision } from './decide-grant.ts'
import { readDecision } from './read-decision.ts'

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'retention'>

/**
 * Gives the seats of a hold back that Redis keeps as confirming: its owner's payment was refused, or they think better of
 * it. The store decides: this waits for a commit under way, or defeats it, and only then are the seats freed. Money that was
 * reserved or comes later is let go or given back by repair, as of any grant that was decided against.
 *
 * @throws Problem `not_found`, `hold_confirmed`; `confirm_in_progress` when a commit has the grant until nobody waits any more.
 */
export async function releaseGrant(
  ctx: Context,
  grant: Grant & Pick<BookingDoc, 'owner'>,
  deadlineMs: number,
): Promise<void> {
  const before = await readDecision(ctx.store, grant)
  const { decision, bookingId } =
    before.decision === 'undecided' ? await decide(ctx, grant, deadlineMs) : before
  if (decision === 'confirmed') throw new Problem('hold_confirmed', bookingId ? { bookingId } : {})
  if (decision === 'undecided') throw new Problem('confirm_in_progress', {}, 1)
  const verdict = decision === 'released' ? 'released' : 'decided'
  await ctx.inventory.sweep(grant, [{ grantId: grant.grantId, verdict }])
}

/** Decides RELEASED, or says what is decided already. */
async function decide(
  ctx: Context,
  grant: Grant & Pick<BookingDoc, 'owner'>,
  deadlineMs: number,
): Promise<GrantDecision> {
  const ending = endingNow(ctx)
  try {
    const budgetMs = Math.min(releaseDecideMs, remainingMs(ctx.platform, deadlineMs))
    await ctx.store.transaction(budgetMs, (tx) => putDecision(tx, grant, 'RELEASED', ending))
    return { decision: 'released' }
  } catch (error) {
    if (!isDuplicate(error, 'reservations', 'primary') && !isHeldUp(error)) throw error
    return readDecision(ctx.store, grant)
  }
}

/** Another writer took too long, or nobody knows: a store that is away says so when it is read. */
const isHeldUp = (error: unknown): boolean =>
  error instanceof StoreError && (error.code === 'unavailable' || error.code === 'outcome_unknown')
