import { rebuildsAtOnce } from '@holdfast/contract'
import type { EventRef, Inventory } from '@holdfast/inventory'
import type { Core } from '../context.ts'
import { eventSettings } from '../events/event-settings.ts'
import { seatPages } from '../events/seat-pages.ts'
import { createTurns } from '../store/turns.ts'

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'log' | 'rebuildWaitMs'>

/** What one core, which is known by its inventory, builds now. Another of the same process may end before its builds do. */
interface Builds {
  /** A second asker waits for the first, so that epochs are not wasted. */
  readonly underWay: Map<string, Promise<void>>
  /** Whoever builds reads all seats of an event: so many at a time. */
  readonly turns: ReturnType<typeof createTurns>
}
const buildsOfAll = new WeakMap<Inventory, Builds>()

function buildsOf(inventory: Inventory): Builds {
  const builds = buildsOfAll.get(inventory) ?? { underWay: new Map(), turns: createTurns(rebuildsAtOnce) }
  buildsOfAll.set(inventory, builds)
  return builds
}

/**
 * Builds an event's inventory from the store, under a new epoch. Holds of older epochs are lost, and say so.
 *
 * Safe to run in several places at once and to die anywhere: nobody sees a build before it is published whole,
 * and the newest epoch stays.
 */
export function rebuildInventory(ctx: Context, ref: EventRef): Promise<void> {
  const key = `${ref.appId}/${ref.eventId}`
  const { underWay, turns } = buildsOf(ctx.inventory)
  const running = underWay.get(key)
  if (running !== undefined) return running
  const build = buildOnce(ctx, ref, turns).finally(() => underWay.delete(key))
  underWay.set(key, build)
  return build
}

async function buildOnce(ctx: Context, ref: EventRef, turns: Builds['turns']): Promise<void> {
  const { store } = ctx
  const { appId, eventId } = ref
  const before = await store.get(appId, 'events', { eventId })
  if (!before) return
  const epoch = before.epoch + 1
  const raised = await store.updateIf(
    appId,
    'events',
    { eventId, epoch: before.epoch },
    { set: { restsSince: null }, inc: { epoch: 1 } },
  )
  if (raised !== 1) return
  if (before.epoch > 0) ctx.log({ event: 'inventory_lost', appId, eventId, epoch: before.epoch })

  // Commits of the old epoch may still be under way; nobody may hold their seats before they have ended.
  if (before.epoch > 0) await ctx.platform.sleep(ctx.rebuildWaitMs)

  const leave = await turns.enter()
  try {
    await loadAndPublish(ctx, ref, epoch)
  } finally {
    leave()
  }
}

async function loadAndPublish(ctx: Context, ref: EventRef, epoch: number): Promise<void> {
  const { store, inventory } = ctx
  const { appId, eventId } = ref
  for await (const page of seatPages(store, ref)) await inventory.load(ref, epoch, page)
  const event = await store.get(appId, 'events', { eventId })
  if (!event) return
  const count = await store.count(appId, 'seats', { eventId })
  const reply = await inventory.publish(ref, epoch, count, eventSettings(event))
  ctx.log({ event: 'inventory_built', appId, eventId, epoch, seats: count, outcome: reply.word })
  if (reply.word !== 'published') return

  // What the store changed while the pages were read was told to the inventory before this one.
  for await (const page of seatPages(store, ref)) await inventory.apply(ref, page)
}
