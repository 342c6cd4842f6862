import { newId, type Principal, Problem, totalOf, unifiedHoldTtlMs } from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import type { Caller } from '../../core-client.ts'
import { readHolder } from '../../holders.ts'
import { makeHold } from '../../make-hold.ts'
import { keptPlan, type PlacedSeat, type SeatPlan, wireSeat } from './charts.ts'
import type { Unified } from './context.ts'
import { readSeatId, reservationToken } from './ids.ts'

/** A reservation as its buyer hears of it, or for how long somebody else has the seat. */
export type Reserved =
  | { readonly word: 'reserved'; readonly data: object }
  | { readonly word: 'locked'; readonly seatId: string; readonly expiresInSeconds: number }

/**
 * Holds a seat for the time that a reservation lasts here. A second reservation is a second one, and refused while the
 * first lasts.
 * @throws Problem
 */
export async function reserveSeat(
  unified: Unified,
  seatId: string,
  { owner, caller }: { readonly owner: Principal; readonly caller: Caller },
): Promise<Reserved> {
  const { services } = unified
  const { event, plan, seat } = await findSeat(unified, seatId, caller)
  const { _id, seatNumber, price, entityId } = wireSeat(plan, event.appId, seat)
  const idempotencyKey = newId('idem', services.platform.random)
  try {
    const wish = { event, owner, seats: [seat.id], idempotencyKey, ttlMs: unifiedHoldTtlMs, caller }
    const { hold, nowMs } = await makeHold(services, wish)
    const { grantId, currency, untilMs } = hold
    const { eventId } = event
    const data = {
      reservationToken: reservationToken({ eventId, grantId, total: totalOf(hold.seats), currency }),
      expiresAt: new Date(untilMs).toISOString(),
      seat: { id: _id, seatNumber, price, entityId },
      ttl: Math.round((untilMs - nowMs) / 1000),
    }
    return { word: 'reserved', data }
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'seats_unavailable')) throw error
    // Held by somebody, or sold: only of the first can be said how long it lasts.
    const { holder, nowMs } = await readHolder(services, event, seat.id, caller)
    if (!holder) throw error
    const expiresInSeconds = Math.max(0, Math.ceil((holder.untilMs - nowMs) / 1000))
    return { word: 'locked', seatId: _id, expiresInSeconds }
  }
}

interface Found {
  readonly event: EventRef
  readonly plan: SeatPlan
  readonly seat: PlacedSeat
}

async function findSeat({ services, names }: Unified, text: string, caller: Caller): Promise<Found> {
  if (!caller.app) throw new Problem('invalid_api_key')
  const { appId } = caller.app
  const ref = readSeatId(text)
  const eventId = await names.eventOf(appId, ref, caller)
  const plan = keptPlan(await services.events.one(appId, eventId, caller))
  const seat = plan.byId.get(ref.seatId)
  if (!seat) throw new Problem('not_found')
  return { event: { appId, eventId }, plan, seat }
}
