import {
  type AppId,
  chartIsolateMs,
  chartsPerIsolateBytesMax,
  type EventId,
  EventPage,
  type EventsQuery,
  EventView,
  eventMissesPerIsolateMax,
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

/** Whether there is anything to sell of an event. Without seats nothing is built in Redis, and nothing is waited for. */
export const hasSeats = ({ seatIds }: KeptEvent): boolean => seatIds.length > 0

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

/** What an entry takes beside its texts: the map's place for it, the objects, their headers. */
const entryBytes = 256

/** What a kept answer takes of this isolate. A text with a character that is not ASCII may take two bytes for each. */
function weightOf(key: string, { text, seatIds }: KeptEvent, utf8: Uint8Array): number {
  const bytesPerCharacter = utf8.length === text.length ? 1 : 2
  return entryBytes + 2 * key.length + bytesPerCharacter * text.length + 8 * seatIds.length
}

function queryOf({ limit, cursor, sale }: Partial<PageQuery> & Pick<EventsQuery, 'sale'>): string {
  const said = { ...(limit && { limit: String(limit) }), ...(cursor && { cursor }), ...(sale && { sale }) }
  const query = new URLSearchParams(said).toString()
  return query && `?${query}`
}

/** The path and query of a page of something. */
export const pagePath = (path: string, page: Partial<PageQuery>): string => path + queryOf(page)

/** Reads through a memory of this isolate. App ids and event ids have no `/`, so no two keys meet. */
export function createEventReader(core: CoreClient, flights: Flights, platform: Platform): EventReader {
  const kept = createIsolateCache<KeptEvent>(platform.now, chartsPerIsolateBytesMax)
  // Anybody can ask for what is not there, under any name: that takes nothing from what is.
  const absent = createIsolateCache<true>(platform.now, eventMissesPerIsolateMax)

  const keep = async (
    key: string,
    told: Told<unknown>,
    seatIds: KeptEvent['seatIds'],
    msOf: (entry: KeptEvent) => number = () => chartIsolateMs,
  ): Promise<KeptEvent> => {
    const utf8 = new TextEncoder().encode(told.text)
    const entry = { text: told.text, etag: await etagOf(platform, utf8), seatIds }
    kept.set(key, entry, msOf(entry), weightOf(key, entry, utf8))
    return entry
  }

  const fetchOne = async (key: string, path: string, caller: Caller): Promise<KeptEvent> => {
    try {
      const told = await core.ask(EventView, { method: 'GET', path, caller })
      // What has no seats yet may have them in a moment.
      const msOf = (event: KeptEvent) => (hasSeats(event) ? chartIsolateMs : eventMissIsolateMs)
      return await keep(key, told, seatIdsOf(told.value), msOf)
    } catch (error) {
      const isAbsent = error instanceof Problem && error.kind.status === 404
      if (isAbsent) absent.set(key, true, eventMissIsolateMs)
      throw error
    }
  }

  const fetchList = async (key: string, path: string, caller: Caller): Promise<KeptEvent> =>
    keep(key, await core.ask(EventPage, { method: 'GET', path, caller }), [])

  const read = async (key: string, fetchIt: () => Promise<KeptEvent>): Promise<KeptEvent> => {
    if (absent.get(key)) throw new Problem('not_found')
    return kept.get(key) ?? flights(key, fetchIt)
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
      absent.deleteWhere((key) => key === `${appId}/${eventId}`)
      kept.deleteWhere((key) => key === `${appId}/${eventId}` || key.startsWith(`${appId}/?`))
    },
  }
}

/**
 * Refuses a request for an event whose inventory is not built, which is also all that Redis can tell of an event
 * that does not exist, or that has no seats: core knows which of them it is.
 *
 * @param ofNothing what is said of an event without seats: there is no hold of it, nor was there ever one.
 * @throws Problem `not_found`, `event_not_ready` or that
 */
export async function notReady(
  events: EventReader,
  { appId, eventId }: { readonly appId: AppId; readonly eventId: EventId },
  caller: Caller,
  ofNothing = new Problem('not_found'),
): Promise<never> {
  const event = await events.one(appId, eventId, caller)
  throw hasSeats(event) ? new Problem('event_not_ready', {}, 1) : ofNothing
}
