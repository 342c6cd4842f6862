import {
  type AppId,
  type EventId,
  type EventPage,
  type EventsQuery,
  type EventView,
  Problem,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { placeIn } from '../cursor.ts'
import type { SeatDoc } from '../store/schema.ts'
import { chartOf, eventSummary } from './event-view.ts'
import { seatPages } from './seat-pages.ts'

/** An event with its chart. */
export async function readEvent(
  { store }: Pick<Core, 'store'>,
  { appId, eventId }: { appId: AppId; eventId: EventId },
): Promise<EventView> {
  const event = await store.get(appId, 'events', { eventId })
  if (!event) throw new Problem('not_found')
  const seats: SeatDoc[] = []
  for await (const page of seatPages(store, { appId, eventId })) seats.push(...page)
  return { ...eventSummary(event), chart: chartOf(event.frame, seats) }
}

/** The app's events by their id, a page at a time; the cursor is the last id of the page before. */
export async function listEvents(
  { store }: Pick<Core, 'store'>,
  { appId, asked }: { appId: AppId; asked: EventsQuery },
): Promise<EventPage> {
  const { limit, sale } = asked
  const cursor = placeIn('events', asked.cursor)
  const filter = { ...(cursor !== undefined && { eventId: { gt: cursor } }), ...(sale && { sale }) }
  const found = await store.find(appId, 'events', filter, { orderBy: 'eventId', limit: limit + 1 })
  const events = found.slice(0, limit).map(eventSummary)
  const last = events.at(-1)
  return found.length > limit && last ? { events, nextCursor: last.id } : { events }
}
