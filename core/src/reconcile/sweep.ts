import { forgottenPerBatch, sweepGrantsPerBatch } from '@holdfast/contract'
import type { DueHold, EventRef, Verdict } from '@holdfast/inventory'
import { decideAgainst } from '../bookings/decide-grant.ts'
import type { Core } from '../context.ts'
import { applySeats } from '../events/apply-event.ts'

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log' | 'retention'>

/** Batches of one event in one round, so that a hot event does not starve the others. */
const batchesPerRound = 10

type Swept = { readonly word: 'swept' } | { readonly word: 'missing'; readonly found: number }

/**
 * Frees what is over in one event, and forgets who has nothing there any more. An expired HELD hold is simply free. An expired CONFIRMING one is decided in
 * the store first: only then are its seats freed, or told as sold. `missing`: there is no inventory of this epoch, but
 * one of epoch `found`, or none at all (0).
 */
export async function sweepEvent(ctx: Context, ref: EventRef, epoch: number): Promise<Swept> {
  let skip = 0
  for (let batch = 0; batch < batchesPerRound; batch++) {
    const due = await ctx.inventory.due(ref, skip, sweepGrantsPerBatch)
    if (due.word === 'not_ready') return { word: 'missing', found: 0 }
    if (due.epoch !== epoch) return { word: 'missing', found: due.epoch }
    const verdicts: Verdict[] = []
    for (const hold of due.holds) {
      const verdict = await judge(ctx, ref, hold)
      if (verdict) verdicts.push({ grantId: hold.grantId, verdict })
      else skip += 1
    }
    if (verdicts.length > 0) await ctx.inventory.sweep(ref, verdicts)
    if (due.hasIdle) await ctx.inventory.forget(ref, forgottenPerBatch)
    if (due.holds.length < sweepGrantsPerBatch && !due.hasIdle) break
  }
  return { word: 'swept' }
}

/** What may be done about a hold, or null: not this time. */
async function judge(
  ctx: Context,
  ref: EventRef,
  { grantId, status }: DueHold,
): Promise<Verdict['verdict'] | null> {
  if (status !== 'confirming') return 'lapsed'
  const { appId, eventId } = ref
  try {
    const decided = await decideAgainst(ctx, { ...ref, grantId, owner: null }, 'EXPIRED')
    if (decided === 'RELEASED') return 'released'
    if (decided !== 'CONFIRMED') return 'decided'
    const [booking] = await ctx.store.find(appId, 'bookings', { eventId, grantId }, { limit: 1 })
    if (!booking) {
      ctx.log({ level: 'error', event: 'invariant_broken', invariant: 'I2', appId, eventId, grantId })
      return null
    }
    await applySeats(
      ctx,
      ref,
      booking.seats.map((seat) => seat.id),
    )
    return 'confirmed'
  } catch {
    // A commit that is under way may hold the reservation: the next round asks again, the others go on.
    ctx.log({ level: 'warn', event: 'sweep_undecided', appId, eventId })
    return null
  }
}
