import { SeatStatus, type SeatsQuery, type SeatsView, seatBytes } from '@holdfast/contract'
import type { EventRef, SnapshotReply } from '@holdfast/inventory'
import type { Caller } from './core-client.ts'
import { hasSeats, type KeptEvent, notReady } from './event-reader.ts'
import type { Services } from './services.ts'

/** The availability of an event as Redis has it: one byte a seat, of one version. */
export type Availability = Pick<Extract<SnapshotReply, { word: 'snapshot' }>, 'epoch' | 'ver' | 'map'>

/** Of an event without seats: nothing of it is built. */
const nothing = { epoch: 0, ver: 0, map: '' }

/**
 * Reads the availability of an event. Core stays out of it while all is well, and so does Redis where the chart is at hand
 * and has no seats.
 *
 * @throws Problem `not_found`, `event_not_ready`
 */
export async function readAvailability(
  { inventory, events }: Pick<Services, 'inventory' | 'events'>,
  event: EventRef,
  caller: Caller,
  chart?: KeptEvent,
): Promise<Availability> {
  if (chart && !hasSeats(chart)) return nothing
  const reply = await inventory(caller).snapshot(event)
  if (reply.word === 'snapshot') return reply
  if (!hasSeats(await events.one(event.appId, event.eventId, caller))) return nothing
  return notReady(events, event, caller)
}

const statusOfByte: ReadonlyMap<string, SeatStatus> = new Map(
  Object.entries(seatBytes).map(([status, byte]) => [byte, SeatStatus.parse(status)]),
)

/** What the map says of the seat at an index. A byte that nobody has set is `unknown`, never free. */
export const statusAt = (map: string, index: number): SeatStatus =>
  statusOfByte.get(map.charAt(index)) ?? 'unknown'

/** Names the bytes of an availability map by the chart. */
export function listSeats(
  map: string,
  seatIds: KeptEvent['seatIds'],
  { status: wanted, limit = Number.POSITIVE_INFINITY }: SeatsQuery,
): Pick<SeatsView, 'counts' | 'seats'> {
  const counts: SeatsView['counts'] = { free: 0, held: 0, confirming: 0, booked: 0, blocked: 0, unknown: 0 }
  const seats: SeatsView['seats'] = []
  seatIds.forEach((id, index) => {
    if (id === undefined) return
    const status = statusAt(map, index)
    counts[status]++
    const asked = wanted === undefined ? status !== 'free' : status === wanted
    if (asked && seats.length < limit) seats.push({ id, status })
  })
  return { counts, seats }
}
