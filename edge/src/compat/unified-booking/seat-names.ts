import {
  type AppId,
  type EventId,
  type Openly,
  type Platform,
  Problem,
  SeatNames,
  type SeatNamesQuestion,
  seatEventIsolateMs,
  seatEventsPerIsolateMax,
} from '@holdfast/contract'
import { type Caller, type CoreClient, jsonBytes } from '../../core-client.ts'
import { createIsolateCache } from '../../isolate-cache.ts'
import type { SeatRef } from './ids.ts'

/** Asks core what seats are called, and of which event a seat is that is named alone. */
export function createSeatNames(core: CoreClient, platform: Pick<Platform, 'now'>) {
  const kept = createIsolateCache<EventId>(platform.now, seatEventsPerIsolateMax)

  const ask = async (seats: SeatNamesQuestion['seats'], caller: Caller): Promise<Openly<SeatNames>> => {
    if (seats.length === 0) return { seats: [], events: [] }
    const question: SeatNamesQuestion = { seats }
    const body = jsonBytes(question)
    const call = { method: 'POST', path: '/internal/seats/names', body, caller } as const
    return (await core.ask(SeatNames, call)).value
  }

  /** A seat never changes its event, so that is remembered for long; that there is none, not at all. */
  const eventOf = async (appId: AppId, { eventId, seatId }: SeatRef, caller: Caller): Promise<EventId> => {
    const key = `${appId}/${seatId}`
    const known = eventId ?? kept.get(key)
    if (known !== undefined) return known
    const [found] = (await ask([{ seat: seatId }], caller)).seats
    if (!found) throw new Problem('not_found')
    kept.set(key, found.event, seatEventIsolateMs)
    return found.event
  }

  return { ask, eventOf }
}
