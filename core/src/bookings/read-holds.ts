import {
  type AppId,
  EventId,
  type HoldPage,
  heldEventsPerPage,
  heldRowsPerPage,
  type Principal,
} from '@holdfast/contract'
import { holdView } from '@holdfast/inventory'
import type { Core } from '../context.ts'
import { foreignCursor, placeIn, toldCursor } from '../cursor.ts'

interface Asked {
  readonly appId: AppId
  readonly owner: Principal
  readonly cursor?: string | undefined
}

/** The next events of which the store has an open reservation of the owner, and whether there may be more. */
async function heldEvents({ store }: Pick<Core, 'store'>, { appId, owner, cursor }: Asked) {
  const place = EventId.optional().safeParse(placeIn('holds', cursor))
  if (!place.success) throw foreignCursor()
  const rows = await store.find(
    appId,
    'reservations',
    { owner, status: 'ACTIVE', ...(place.data !== undefined && { eventId: { gt: place.data } }) },
    { orderBy: 'eventId', limit: heldRowsPerPage },
  )
  const found = [...new Set(rows.map(({ eventId }) => eventId))]
  const events = found.slice(0, heldEventsPerPage)
  return { events, hasMore: rows.length === heldRowsPerPage || found.length > events.length }
}

/**
 * What an owner holds now, of all events: the reservations say of which, which are a second behind at most while repair
 * runs, and Redis says what is held.
 */
export async function listHeld(ctx: Pick<Core, 'store' | 'inventory'>, asked: Asked): Promise<HoldPage> {
  const { appId, owner } = asked
  const { events, hasMore } = await heldEvents(ctx, asked)
  const held = await Promise.all(
    events.map(async (eventId) => {
      const reply = await ctx.inventory.owned({ appId, eventId }, owner)
      // What was held there is lost, and will be told so.
      if (reply.word === 'not_ready') return []
      return reply.holds.map((hold) => holdView(eventId, hold, reply.nowMs))
    }),
  )
  const last = events.at(-1)
  return { holds: held.flat(), ...(hasMore && last && { nextCursor: toldCursor('holds', last) }) }
}
