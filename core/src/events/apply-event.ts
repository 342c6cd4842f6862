import { applySeatsPerBatch, type SeatId } from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import type { Core } from '../context.ts'
import { rebuildInventory } from '../reconcile/rebuild.ts'
import { eventSettings } from './event-settings.ts'

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log' | 'rebuildWaitMs'>

/** Brings the inventory in line with some seats of the store, as they are now. */
export async function applySeats(
  { store, inventory }: Pick<Core, 'store' | 'inventory'>,
  ref: EventRef,
  ids: readonly SeatId[],
): Promise<void> {
  const { appId, eventId } = ref
  const seats = await store.find(appId, 'seats', { eventId, seatId: { in: ids } }, { limit: ids.length })
  // `not_ready`: the inventory is about to be built from this very truth.
  await inventory.apply(ref, seats)
}

/** Brings the inventory in line with the event's settings and these seats of it; builds it if it is not built. */
export async function applyEvent(
  ctx: Context,
  ref: EventRef,
  changed: readonly SeatId[] = [],
): Promise<void> {
  const event = await ctx.store.get(ref.appId, 'events', { eventId: ref.eventId })
  if (!event) return
  const { word } = await ctx.inventory.configure(ref, eventSettings(event))
  if (word === 'not_ready') return rebuildInventory(ctx, { ...ref, epoch: event.epoch })
  for (let from = 0; from < changed.length; from += applySeatsPerBatch) {
    await applySeats(ctx, ref, changed.slice(from, from + applySeatsPerBatch))
  }
}
