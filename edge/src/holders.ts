import { holdersSeatsPerRead, type SeatId } from '@holdfast/contract'
import type { EventRef, Holder } from '@holdfast/inventory'
import type { Caller } from './core-client.ts'
import { notReady } from './event-reader.ts'
import type { Services } from './services.ts'

/** Who holds which seat, by seat, at `nowMs` of Redis's clock. */
export interface Holders {
  readonly bySeat: ReadonlyMap<SeatId, Holder>
  readonly nowMs: number
}

/**
 * Reads who holds these seats, however many they are; what nobody holds is not among them.
 *
 * @throws Problem `not_found`, `event_not_ready`
 */
export async function readHolders(
  { inventory, events }: Pick<Services, 'inventory' | 'events'>,
  event: EventRef,
  seats: readonly SeatId[],
  caller: Caller,
): Promise<Holders> {
  const pages: SeatId[][] = []
  for (let from = 0; from < seats.length; from += holdersSeatsPerRead) {
    pages.push(seats.slice(from, from + holdersSeatsPerRead))
  }
  const replies = await Promise.all(pages.map((page) => inventory(caller).holders(event, page)))
  const bySeat = new Map<SeatId, Holder>()
  let nowMs = 0
  for (const reply of replies) {
    if (reply.word === 'not_ready') return notReady(events, event, caller)
    for (const holder of reply.holders) bySeat.set(holder.seatId, holder)
    nowMs = Math.max(nowMs, reply.nowMs)
  }
  return { bySeat, nowMs }
}
