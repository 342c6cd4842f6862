import { type AppId, EventId, Problem, type SeatStatus } from '@holdfast/contract'
import { Hono } from 'hono'
import { readAvailability, statusAt } from '../../availability.ts'
import type { EdgeEnv } from '../../context.ts'
import type { Caller } from '../../core-client.ts'
import { readHolders } from '../../holders.ts'
import { query } from '../../middleware/validate.ts'
import { keptPlan, type SeatPlan, wireSeat } from './charts.ts'
import type { Unified } from './context.ts'
import { SeatsQuery, StatusQuery } from './requests.ts'

/** The map and the plan of an event, together. */
interface Drawn {
  readonly event: { readonly appId: AppId; readonly eventId: EventId }
  readonly plan: SeatPlan
  readonly map: string
}

/** An entity that nobody has described has no seats, as it always had. Ids that cannot be are refused. */
async function draw(
  { services }: Unified,
  appId: AppId,
  entityId: string,
  caller: Caller,
): Promise<Drawn | null> {
  const eventId = entityOf(entityId)
  const event = { appId, eventId }
  try {
    const [{ map }, kept] = await Promise.all([
      readAvailability(services, event, caller),
      services.events.one(appId, eventId, caller),
    ])
    return { event, plan: keptPlan(kept), map }
  } catch (error) {
    if (error instanceof Problem && error.kind.status === 404) return null
    throw error
  }
}

/**
 * The event that an entity is.
 * @throws Problem `invalid_request`
 */
export function entityOf(entityId: string): EventId {
  const { data } = EventId.safeParse(entityId)
  if (data !== undefined) return data
  const message = 'must be 1 to 64 characters of A-Z a-z 0-9 . _ ~ -'
  throw new Problem('invalid_request', { errors: [{ path: 'entityId', message }] })
}

/** There were two states here. What is for nobody to buy is booked, for whatever reason. */
const stateOf = (status: SeatStatus): 'AVAILABLE' | 'BOOKED' =>
  status === 'booked' || status === 'blocked' ? 'BOOKED' : 'AVAILABLE'

/** What can be bought, and what became of everything. */
export function seatRoutes(unified: Unified) {
  const { guards, envelope, services } = unified
  return new Hono<EdgeEnv>()
    .get('/seats', guards.app, guards.user, query(SeatsQuery), async (c) => {
      const { entityId, minPrice = 0, maxPrice = Number.POSITIVE_INFINITY } = c.req.valid('query')
      const drawn = await draw(unified, c.get('app').appId, entityId, c.var)
      const free = drawn?.plan.seats.filter(({ index }) => statusAt(drawn.map, index) === 'free') ?? []
      const seats = free
        .flatMap((seat) => (drawn ? [{ ...wireSeat(drawn.plan, seat), status: 'AVAILABLE' }] : []))
        .filter(({ price }) => price >= minPrice && price <= maxPrice)
      return envelope.done(c, { seats, count: seats.length, entityId }, 'Available seats')
    })
    .get('/seats/status', guards.app, guards.user, query(StatusQuery), async (c) => {
      const { entityId } = c.req.valid('query')
      const drawn = await draw(unified, c.get('app').appId, entityId, c.var)
      if (!drawn) return envelope.done(c, { seats: [], count: 0, entityId }, 'Seats')
      const { event, plan, map } = drawn
      const isLocked = (index: number) => ['held', 'confirming'].includes(statusAt(map, index))
      const locked = plan.seats.filter(({ index }) => isLocked(index)).map(({ id }) => id)
      const { bySeat, nowMs } = await readHolders(services, event, locked, c.var)
      const seats = plan.seats.map((seat) => {
        const holder = bySeat.get(seat.id)
        return {
          ...wireSeat(plan, seat),
          status: stateOf(statusAt(map, seat.index)),
          isLocked: holder !== undefined,
          lockExpiresAt: holder ? new Date(holder.untilMs).toISOString() : null,
          lockTTL: holder ? Math.max(0, Math.ceil((holder.untilMs - nowMs) / 1000)) : 0,
        }
      })
      return envelope.done(c, { seats, count: seats.length, entityId }, 'Seats')
    })
}
