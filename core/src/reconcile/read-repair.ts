import {
  AppId,
  EventId,
  paymentAttemptsToStuck,
  type RepairedEvent,
  type RepairedInventory,
  type RepairLease,
  type RepairQuery,
  type RepairStatus,
  repairedEventsAtOnce,
} from '@holdfast/contract'
import { InventoryFault } from '@holdfast/inventory'
import { base64url } from 'jose'
import type { Core } from '../context.ts'
import { foreignCursor, placeIn, toldCursor } from '../cursor.ts'
import { readBacklog } from '../outbox/read-backlog.ts'
import type { Documents, EventDoc } from '../store/schema.ts'
import { everyApp, systemScope } from '../store/store.ts'

type Context = Pick<Core, 'store' | 'inventory' | 'platform'>

/** How many due holds are counted. */
const dueMax = 100
const iso = (at: Date) => at.toISOString()

/** How background work goes, from what is in the store and in Redis: whoever is asked tells the same. */
export async function readRepair(ctx: Context, query: RepairQuery): Promise<RepairStatus> {
  const { store } = ctx
  const [lease, outbox, stuck, refusedRefunds, found] = await Promise.all([
    readLease(ctx),
    readBacklog(ctx),
    store.count(everyApp, 'payments', { attempts: { gte: paymentAttemptsToStuck } }),
    store.count(everyApp, 'refunds', { state: 'FAILED' }),
    findEvents(ctx, query),
  ])
  const { open, oldestAt, dead } = outbox
  const page = found.slice(0, query.limit)
  const last = page.at(-1)
  const events: RepairedEvent[] = []
  for (let from = 0; from < page.length; from += repairedEventsAtOnce) {
    const some = page.slice(from, from + repairedEventsAtOnce)
    events.push(...(await Promise.all(some.map((event) => readEvent(ctx, event)))))
  }
  return {
    lease,
    outbox: { open, oldestAt: oldestAt && iso(oldestAt), dead },
    payments: { stuck, refusedRefunds },
    events,
    ...(found.length > query.limit && last && { nextCursor: cursorOf(last) }),
  }
}

async function readLease({ store, platform }: Context): Promise<RepairLease | null> {
  const lease = await store.get(systemScope, 'leases', { name: 'repair' })
  if (!lease?.standing || lease.until.getTime() <= platform.now()) return null
  const { host, since, rounds } = lease.standing
  return {
    host,
    since: iso(since),
    until: iso(lease.until),
    rounds: rounds.map((round) => ({ ...round, endedAt: iso(round.endedAt) })),
  }
}

const cursorOf = ({ appId, eventId }: EventDoc) =>
  toldCursor('repair', base64url.encode(`${appId}/${eventId}`))

/** The app and the event that a cursor stands for. */
function placeOf(cursor: string): { readonly appId: AppId; readonly eventId: EventId } {
  try {
    const [appId, eventId] = new TextDecoder().decode(base64url.decode(cursor)).split('/')
    return { appId: AppId.parse(appId), eventId: EventId.parse(eventId) }
  } catch {
    throw foreignCursor()
  }
}

/** The events of a page that repair looks at, and one more: in the order of their keys, app by app. */
async function findEvents({ store }: Context, { app, limit, ...asked }: RepairQuery): Promise<EventDoc[]> {
  const cursor = placeIn('repair', asked.cursor)
  const loaded = { restsSince: null, seatCount: { gt: 0 } } as const
  const options = { limit: limit + 1 }
  if (cursor === undefined) return store.find(app ?? everyApp, 'events', loaded, options)
  const { appId, eventId } = placeOf(cursor)
  const rest = await store.find(appId, 'events', { ...loaded, eventId: { gt: eventId } }, options)
  if (app !== undefined || rest.length > limit) return rest
  const others = await store.find(everyApp, 'events', { ...loaded, appId: { gt: appId } }, options)
  return [...rest, ...others].slice(0, limit + 1)
}

async function readEvent(ctx: Context, event: EventDoc): Promise<RepairedEvent> {
  const { appId, eventId, epoch } = event
  const [cursor, check] = await Promise.all([
    ctx.store.get(appId, 'cursors', { eventId }),
    ctx.store.get(appId, 'checks', { eventId }),
  ])
  return {
    app: appId,
    event: eventId,
    builds: epoch,
    losses: cursor?.losses ?? 0,
    inventory: await readInventory(ctx, event, cursor),
    check: check && {
      checkedAt: iso(check.checkedAt),
      differing: check.differing,
      lacked: check.lacked,
      mended: check.mended,
      mendedAt: check.mendedAt && iso(check.mendedAt),
    },
  }
}

async function readInventory(
  { inventory }: Context,
  event: EventDoc,
  cursor: Documents['cursors'] | null,
): Promise<RepairedInventory | null> {
  try {
    const [checked, due] = await Promise.all([inventory.check(event), inventory.due(event, 0, dueMax)])
    if (checked.word === 'not_ready' || due.word === 'not_ready') {
      return { isBuilt: false, waiting: 0, due: 0, ledgerLag: 0 }
    }
    const { ver, waiting, epoch } = checked
    const read = cursor?.epoch === epoch ? cursor.ver : 0
    return { isBuilt: true, waiting, due: due.holds.length, ledgerLag: Math.max(0, ver - read) }
  } catch (error) {
    if (error instanceof InventoryFault) return null
    throw error
  }
}
