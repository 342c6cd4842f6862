import { newId, type Principal, type SeatId } from '@holdfast/contract'
import type { EventRef, Hold } from '@holdfast/inventory'
import type { Caller } from './core-client.ts'
import { notReady } from './event-reader.ts'
import { holdProblem } from './hold-problems.ts'
import type { Services } from './services.ts'

/** Seats that a buyer wants to hold, all or none. */
export interface HoldWish {
  readonly event: EventRef
  readonly owner: Principal
  readonly seats: readonly SeatId[]
  readonly idempotencyKey: string
  /** The event's own when absent. */
  readonly ttlMs?: number
  readonly caller: Caller
}

/** The hold as it is at `nowMs` of Redis's clock; `replayed`: the key had made it before. */
export interface MadeHold {
  readonly hold: Hold
  readonly replayed: boolean
  readonly nowMs: number
}

/**
 * Holds seats: one script in Redis decides.
 *
 * @throws Problem why they were not held.
 */
export async function makeHold(
  { inventory, events, intents, platform }: Pick<Services, 'inventory' | 'events' | 'intents' | 'platform'>,
  { event, owner, seats, idempotencyKey, ttlMs, caller }: HoldWish,
): Promise<MadeHold> {
  const holdKey = await intents.holdKey({ ...event, owner, idempotencyKey })
  const operationId = newId('op', platform.random)
  const call = { holdKey, owner, operationId, seats, ...(ttlMs !== undefined && { ttlMs }) }
  const reply = await inventory(caller).hold(event, call)
  switch (reply.word) {
    case 'held':
    case 'replayed':
      return { hold: reply.hold, replayed: reply.word === 'replayed', nowMs: reply.nowMs }
    case 'not_ready':
      return notReady(events, event, caller)
    default:
      throw holdProblem(reply)
  }
}
