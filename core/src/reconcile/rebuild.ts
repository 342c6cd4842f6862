import { buildBudgetMs, rebuildsAtOnce } from '@holdfast/contract'
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
 * An event whose inventory somebody found gone or broken, and of which epoch it should have been. `found`: the epoch of
 * what is there instead; it is ahead of the store's where an older copy of the store was put back. `isBroken`: it is there,
 * and cannot be mended.
 */
export type Unbuilt = EventRef & {
  readonly epoch: number
  readonly found?: number
  readonly isBroken?: boolean
}

/**
 * Builds an event's inventory from the store, under a new epoch. Holds of older epochs are lost, and say so: so nothing
 * is built if the event has a newer epoch than the one found gone, or another core is building it.
 *
 * Safe to run in several places at once and to die anywhere: nobody sees a build before it is published whole,
 * and the newest epoch stays.
 */
export function rebuildInventory(ctx: Context, unbuilt: Unbuilt): Promise<void> {
  const key = `${unbuilt.appId}/${unbuilt.eventId}`
  const { underWay, turns } = buildsOf(ctx.inventory)
  const running = underWay.get(key)
  if (running !== undefined) return running
  const build = buildOnce(ctx, unbuilt, turns).finally(() => underWay.delete(key))
  underWay.set(key, build)
  return build
}

/** How long commits of the epoch before may still be under way. The first build has none before it. */
const waitMs = (ctx: Context, { epoch }: Pick<Unbuilt, 'epoch'>) => (epoch > 1 ? ctx.rebuildWaitMs : 0)

async function buildOnce(ctx: Context, unbuilt: Unbuilt, turns: Builds['turns']): Promise<void> {
  const { store, platform } = ctx
  const { appId, eventId } = unbuilt
  const before = await store.get(appId, 'events', { eventId })
  if (!before || before.epoch !== unbuilt.epoch) return
  const sinceMs = before.buildingSince?.getTime() ?? Number.NEGATIVE_INFINITY
  if (platform.now() < sinceMs + waitMs(ctx, before) + buildBudgetMs) return
  // A build of this epoch that was under way when it was found gone is over by now, and may have holds already.
  if (!unbuilt.isBroken && (await isBuilt(ctx, before))) return
  const build = { appId, eventId, epoch: Math.max(before.epoch, unbuilt.found ?? 0) + 1 }
  const raised = await store.updateIf(
    appId,
    'events',
    { eventId, epoch: before.epoch },
    { set: { restsSince: null, buildingSince: new Date(platform.now()), epoch: build.epoch } },
  )
  if (raised !== 1) return
  if (before.epoch > 0)
    ctx.log({ level: 'warn', event: 'inventory_lost', appId, eventId, epoch: before.epoch })
  try {
    // Nobody may hold the seats of commits that are still under way.
    const pauseMs = waitMs(ctx, build)
    if (pauseMs > 0) await platform.sleep(pauseMs)
    const leave = await turns.enter()
    try {
      await loadAndPublish(ctx, build)
    } finally {
      leave()
    }
  } finally {
    await store.updateIf(appId, 'events', { eventId, epoch: build.epoch }, { set: { buildingSince: null } })
  }
}

async function isBuilt(
  { inventory }: Context,
  event: EventRef & { readonly epoch: number },
): Promise<boolean> {
  const checked = await inventory.check(event)
  return checked.word === 'checked' && checked.epoch === event.epoch
}

async function loadAndPublish(ctx: Context, { epoch, ...ref }: Unbuilt): Promise<void> {
  const { store, inventory } = ctx
  const { appId, eventId } = ref
  for await (const page of seatPages(store, ref)) await inventory.load(ref, epoch, page)
  const event = await store.get(appId, 'events', { eventId })
  if (!event) return
  const count = await store.count(appId, 'seats', { eventId })
  const reply = await inventory.publish(ref, epoch, count, eventSettings(event))
  ctx.log({ event: 'inventory_built', appId, eventId, epoch, seats: count, outcome: reply.word })
  if (reply.word !== 'published') return

  // What the store changed while it was read was told to the inventory before this one.
  const changed = await store.get(appId, 'events', { eventId })
  if (changed) await inventory.configure(ref, eventSettings(changed))
  for await (const page of seatPages(store, ref)) await inventory.apply(ref, page)
}
