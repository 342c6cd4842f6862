import {
  type AppId,
  type EventId,
  entityEventId,
  Problem,
  type SeatStatus,
  unifiedSeatsIsolateMs,
  unifiedSeatsPerIsolateBytesMax,
} from '@holdfast/contract'
import { Hono } from 'hono'
import { readAvailability, statusAt } from '../../availability.ts'
import type { EdgeEnv } from '../../context.ts'
import type { Caller } from '../../core-client.ts'
import { isLocked } from '../../holders.ts'
import { createIsolateCache } from '../../isolate-cache.ts'
import { query } from '../../middleware/validate.ts'
import { keptPlan, type SeatPlan, wireSeat } from './charts.ts'
import type { Unified } from './context.ts'
import { SeatsQuery, StatusQuery } from './requests.ts'

/** The map and the plan of an event, together. */
interface Drawn {
  readonly event: { readonly appId: AppId; readonly eventId: EventId }
  readonly plan: SeatPlan
  readonly map: string
  /** Another one when anything has changed, in the map or in the plan. */
  readonly version: string
}

/** An entity that nobody has described has no seats, as it always had. */
async function draw(
  { services }: Unified,
  appId: AppId,
  entityId: string,
  caller: Caller,
): Promise<Drawn | null> {
  const eventId = await entityEventId(services.platform, entityId)
  const event = { appId, eventId }
  try {
    const kept = await services.events.one(appId, eventId, caller)
    const { map, epoch, ver } = await readAvailability(services, event, caller, kept)
    return { event, plan: keptPlan(kept), map, version: `${epoch}.${ver}.${kept.etag}` }
  } catch (error) {
    if (error instanceof Problem && error.kind.status === 404) return null
    throw error
  }
}

/** There were two states here. What is for nobody to buy is booked, for whatever reason. */
const stateOf = (status: SeatStatus): 'AVAILABLE' | 'BOOKED' =>
  status === 'booked' || status === 'blocked' ? 'BOOKED' : 'AVAILABLE'

/**
 * Lists of seats with what became of each, as JSON. They are the same for everybody, so each is made once for all who ask at
 * about the same time, as long as nothing has changed.
 */
function createStatusLists({ services }: Unified) {
  const { platform, locks, flights } = services
  const kept = createIsolateCache<string>(platform.now, unifiedSeatsPerIsolateBytesMax)

  const write = async ({ event, plan, map }: Drawn, caller: Caller): Promise<string> => {
    const isHeld = (index: number) => ['held', 'confirming'].includes(statusAt(map, index))
    const held = plan.seats.filter(({ index }) => isHeld(index)).map(({ id }) => id)
    const { bySeat, nowMs } = await locks(event, held, caller)
    const seats = plan.seats.map((seat) => {
      const [status, lock] = [statusAt(map, seat.index), bySeat.get(seat.id)]
      const locked = isLocked(status, lock, nowMs)
      // Nothing is known of the end of what nobody has looked at yet.
      const untilMs = locked && lock ? lock.untilMs : null
      return {
        ...wireSeat(plan, event.appId, seat),
        status: stateOf(status),
        isLocked: locked,
        lockExpiresAt: untilMs === null ? null : new Date(untilMs).toISOString(),
        lockTTL: untilMs === null ? 0 : Math.max(0, Math.ceil((untilMs - nowMs) / 1000)),
      }
    })
    return JSON.stringify(seats)
  }

  return async (drawn: Drawn, caller: Caller): Promise<string> => {
    const key = `${drawn.event.appId}/${drawn.event.eventId}@${drawn.version}`
    const known = kept.get(key)
    if (known !== undefined) return known
    return flights(`unified-seats:${key}`, async () => {
      const text = await write(drawn, caller)
      kept.set(key, text, unifiedSeatsIsolateMs, 2 * (key.length + text.length))
      return text
    })
  }
}

/** What can be bought, and what became of everything. */
export function seatRoutes(unified: Unified) {
  const { guards, envelope } = unified
  const statusList = createStatusLists(unified)
  return new Hono<EdgeEnv>()
    .get('/seats', guards.app, guards.user, query(SeatsQuery), async (c) => {
      const { entityId, minPrice = 0, maxPrice = Number.POSITIVE_INFINITY } = c.req.valid('query')
      const drawn = await draw(unified, c.get('app').appId, entityId, c.var)
      const free = drawn?.plan.seats.filter(({ index }) => statusAt(drawn.map, index) === 'free') ?? []
      const seats = free
        .flatMap((seat) =>
          drawn ? [{ ...wireSeat(drawn.plan, drawn.event.appId, seat), status: 'AVAILABLE' }] : [],
        )
        .filter(({ price }) => price >= minPrice && price <= maxPrice)
      return envelope.done({ seats, count: seats.length, entityId }, 'Available seats')
    })
    .get('/seats/status', guards.app, guards.user, query(StatusQuery), async (c) => {
      const { entityId } = c.req.valid('query')
      const drawn = await draw(unified, c.get('app').appId, entityId, c.var)
      const seats = drawn ? await statusList(drawn, c.var) : '[]'
      const count = drawn?.plan.seats.length ?? 0
      return envelope.told(
        `{"seats":${seats},"count":${count},"entityId":${JSON.stringify(entityId)}}`,
        'Seats',
      )
    })
}
