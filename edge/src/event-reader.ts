import {
  type AppId,
  chartIsolateMs,
  chartsPerIsolateBytesMax,
  type EventId,
  EventPage,
  type EventsQuery,
  EventView,
  eventMissIsolateMs,
  type Openly,
  type PageQuery,
  type Platform,
  Problem,
  type SeatId,
} from '@holdfast/contract'
import type { Caller, CoreClient, Told } from './core-client.ts'
import { etagOf } from './etag.ts'
import type { Flights } from './flights.ts'
import { createIsolateCache } from './isolate-cache.ts'

/** An answer of core that was kept, byte for byte. */
export interface Kept {
  readonly text: string
  readonly etag: string
}

/** An event and its chart. `seatIds` has at each index of the availability map the seat that the byte is of. */
export interface KeptEvent extends Kept {
  readonly seatIds: readonly (SeatId | undefined)[]
}

/** Events as core tells them, kept for `chartIsolateMs`. Throws the Problem that core answers. */
export interface EventReader {
  list(appId: AppId, asked: EventsQuery, caller: Caller): Promise<Kept>
  one(appId: AppId, eventId: EventId, caller: Caller): Promise<KeptEvent>
  /** Drops what is kept of an event, after a change made through this isolate. */
  forget(appId: AppId, eventId: EventId): void
}

function seatIdsOf({ chart }: Openly<EventView>): (SeatId | undefined)[] {
  const ids: (SeatId | undefined)[] = []
  for (const section of chart.sections) {
    for (const row of section.rows) for (const seat of row.seats) ids[seat.index] = seat.id
  }
  return ids
}

const queryOf = ({ limit, cursor, sale }: EventsQuery): string =>
  `?${new URLSearchParams({ limit: String(limit), ...(cursor && { cursor }), ...(sale && { sale }) })}`

/** The path and query of a page of something. */
export const pagePath = (path: string, page: PageQuery): string => path + queryOf(page)

/** Reads through a memory of this isolate. App ids and event ids have no `/`, so no two keys meet. */
export function createEventReader(core: CoreClient, flights: Flights, platform: Platform): EventReader {
  const kept = createIsolateCache<KeptEvent | 'absent'>(platform.now, chartsPerIsolateBytesMax)

  const keep = async (
    key: string,
    told: Told<unknown>,
    seatIds: KeptEvent['seatIds'],
  ): Promise<KeptEvent> => {
    const etag = await etagOf(platform, new TextEncoder().encode(told.text))
    const entry = { text: told.text, etag, seatIds }
    kept.set(key, entry, chartIsolateMs, told.text.length)
    return entry
  }

  const fetchOne = async (key: string, path: string, caller: Caller): Promise<KeptEvent> => {
    try {
      const told = await core.ask(EventView, { method: 'GET', path, caller })
      return await keep(key, told, seatIdsOf(told.value))
    } catch (error) {
      const absent = error instanceof Problem && error.kind.status === 404
      if (absent) kept.set(key, 'absent', eventMissIsolateMs)
      throw error
    }
  }

  const fetchList = async (key: string, path: string, caller: Caller): Promise<KeptEvent> =>
    keep(key, await core.ask(EventPage, { method: 'GET', path, caller }), [])

  const read = async (key: string, fetchIt: () => Promise<KeptEvent>): Promise<KeptEvent> => {
    const known = kept.get(key)
    if (known === 'absent') throw new Problem('not_found')
    return known ?? flights(key, fetchIt)
  }

  return {
    list(appId, asked, caller) {
      const path = `/v1/events${queryOf(asked)}`
      const key = `${appId}/${queryOf(asked)}`
      return read(key, () => fetchList(key, path, caller))
    },
    one(appId, eventId, caller) {
      const key = `${appId}/${eventId}`
      return read(key, () => fetchOne(key, `/v1/events/${eventId}`, caller))
    },
    forget(appId, eventId) {
      kept.deleteWhere((key) => key === `${appId}/${eventId}` || key.startsWith(`${appId}/?`))
    },
  }
}

/**
 * Refuses a request for an event whose inventory is not built, which is also all that Redis can tell of an event
 * that does not exist: core knows which of the two it is.
 *
 * @throws Problem `not_found` or `event_not_ready`
 */
export async function notReady(
  events: EventReader,
  { appId, eventId }: { readonly appId: AppId; readonly eventId: EventId },
  caller: Caller,
): Promise<never> {
  await events.one(appId, eventId, caller)
  throw new Problem('event_not_ready', {}, 1)
}
