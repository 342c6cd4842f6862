import { type HoldKey, newId, type Principal, Problem, type SeatId } from '@holdfast/contract'
import type { EventRef, Hold } from '@holdfast/inventory'
import type { EdgeVars } from './context.ts'
import type { Caller } from './core-client.ts'
import { notReady } from './event-reader.ts'
import { holdProblem } from './hold-problems.ts'
import type { Services } from './services.ts'

/** Seats that a buyer wants to hold, all or none: the hold that their key names, or the one that the caller has named. */
export type HoldWish = {
  readonly event: EventRef
  readonly owner: Principal
  readonly seats: readonly SeatId[]
  /** The event's own when absent. */
  readonly ttlMs?: number
  readonly caller: Caller & Partial<Pick<EdgeVars, 'note'>>
} & ({ readonly idempotencyKey: string } | { readonly holdKey: HoldKey })

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
  services: Pick<Services, 'inventory' | 'events' | 'intents' | 'holdClient' | 'platform'>,
  wish: HoldWish,
): Promise<MadeHold> {
  const { inventory, events, intents, holdClient, platform } = services
  const { event, owner, seats, ttlMs, caller } = wish
  const holdKey =
    'holdKey' in wish
      ? wish.holdKey
      : await intents.holdKey({ ...event, owner, idempotencyKey: wish.idempotencyKey })
  const operationId = newId('op', platform.random)
  const client = await holdClient(caller)
  const call = {
    ...{ holdKey, owner, operationId, seats },
    ...(ttlMs !== undefined && { ttlMs }),
    ...(client && { client }),
  }
  const reply = await inventory(caller).hold(event, call)
  switch (reply.word) {
    case 'held_over':
      if (caller.note) caller.note.overBudget = true
      return { hold: reply.hold, replayed: false, nowMs: reply.nowMs }
    case 'held':
    case 'replayed':
      return { hold: reply.hold, replayed: reply.word === 'replayed', nowMs: reply.nowMs }
    case 'not_ready':
      return notReady(events, event, caller, new Problem('unknown_seat', { seats }))
    default:
      throw holdProblem(reply)
  }
}
