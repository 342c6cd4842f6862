import {
  type AppId,
  type EventId,
  type ImportPlanQuery,
  type ImportPlanReply,
  type ImportPlanRequest,
  type MissingSeat,
  Problem,
  type SeatId,
  seatsPerAnswerMax,
  seatsPerBlockMax,
} from '@holdfast/contract'
import { type EventRef, InventoryFault } from '@holdfast/inventory'
import type { Core } from '../context.ts'
import { placeIn, toldCursor } from '../cursor.ts'
import type { SeatDoc } from '../store/schema.ts'
import { blockSeats } from './block-seats.ts'
import { assertPricesPayable } from './payable-prices.ts'
import { planToInventory } from './plan-to-inventory.ts'
import { type IsTaken, identify } from './seat-identity.ts'
import { seatPages } from './seat-pages.ts'
import { syncSeats } from './sync-seats.ts'

type Context = Pick<Core, 'store' | 'platform' | 'inventory'>

/** A plan that is put on an event. */
interface Import {
  readonly appId: AppId
  readonly eventId: EventId
  readonly request: ImportPlanRequest
  readonly asked: ImportPlanQuery
}

/**
 * Puts a plan on an event: its places become the seats that they were, or new ones, and what the plan does not have any more
 * is told, and taken off sale where that is asked for.
 * @throws Problem `not_found`, `invalid_request`
 */
export async function importPlan(
  ctx: Context,
  { appId, eventId, request, asked }: Import,
): Promise<ImportPlanReply> {
  const [app, event] = [
    await ctx.store.get(appId, 'apps', {}),
    await ctx.store.get(appId, 'events', { eventId }),
  ]
  if (!app || !event) throw new Problem('not_found')
  const planned = planToInventory(request)
  if (!planned.ok) throw new Problem('invalid_request', { errors: planned.errors })
  const prices = [...request.prices].map(([name, price]) => ({ path: `prices.${name}`, price }))
  assertPricesPayable(app.paymentProvider, event.currency, prices)

  const known: SeatDoc[] = []
  for await (const page of seatPages(ctx.store, { appId, eventId })) known.push(...page)
  const isTaken = await takenOf(ctx, { appId, eventId })
  const ids = await identify(ctx.platform, planned.seats, { known, isTaken })
  const seats = planned.seats.flatMap((seat) => {
    const id = ids.get(seat.guid)
    return id === undefined ? [] : [{ ...seat, id }]
  })
  const { frame } = planned
  const reply = await syncSeats(ctx, { appId, eventId, seats, frame, relabel: asked.relabel, isTaken })
  const inPlan = new Set<SeatId>(ids.values())
  const missing = known.filter(({ seatId }) => !inPlan.has(seatId))
  const blocked = asked.missing === 'block' ? await takeOff(ctx, { appId, eventId }, missing) : 0
  return {
    ...reply,
    missing: missing.length,
    ...pageOf(missing, asked),
    blocked,
    ids: seats.flatMap(({ guid, id }) => ((id as string) === guid ? [] : [{ guid, id }])),
  }
}

/** Who has a seat: the store knows what is sold, and the map of just now who holds one. */
export async function takenOf({ inventory }: Pick<Core, 'inventory'>, ref: EventRef): Promise<IsTaken> {
  const reply = await inventory.snapshot(ref).catch((error: unknown) => {
    if (error instanceof InventoryFault) return null
    throw error
  })
  const map = reply?.word === 'snapshot' ? reply.map : ''
  return ({ state, index }) => state === 'BOOKED' || 'HC'.includes(map[index] ?? ' ')
}

/** Blocks what the plan does not have; who holds or has bought one keeps it. */
async function takeOff(ctx: Context, ref: EventRef, missing: readonly SeatDoc[]): Promise<number> {
  const onSale = missing.filter(({ blocked }) => !blocked).map(({ seatId }) => seatId)
  let count = 0
  for (let from = 0; from < onSale.length; from += seatsPerBlockMax) {
    const seats = onSale.slice(from, from + seatsPerBlockMax)
    count += (await blockSeats(ctx, { ...ref, seats, blocked: true })).changed
  }
  return count
}

/** A page of those that are missing, by id. */
function pageOf(
  missing: readonly SeatDoc[],
  { cursor, limit = seatsPerAnswerMax, missing: todo }: ImportPlanQuery,
): Pick<ImportPlanReply, 'missingSeats' | 'nextCursor'> {
  const byId = missing.toSorted((one, other) => (one.seatId < other.seatId ? -1 : 1))
  const from = placeIn('missing', cursor)
  const left = from === undefined ? byId : byId.filter(({ seatId }) => seatId > from)
  const missingSeats = left.slice(0, limit).map(
    ({ seatId, state, blocked }): MissingSeat => ({
      id: seatId,
      sold: state === 'BOOKED',
      blocked: blocked || todo === 'block',
    }),
  )
  const last = missingSeats.at(-1)
  return left.length > limit && last
    ? { missingSeats, nextCursor: toldCursor('missing', last.id) }
    : { missingSeats }
}
