import {
  type AppId,
  type ChartFrame,
  coreBudgetMs,
  type EventId,
  Problem,
  type SeatId,
  type SeatInput,
  type SyncSeatsReply,
  seatsPerEventMax,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { applyPoke } from '../outbox/rows.ts'
import type { SeatDoc } from '../store/schema.ts'
import type { Statements } from '../store/store.ts'

type Context = Pick<Core, 'store' | 'platform'>

/** Seats written in one transaction: databases recommend about a thousand documents. */
const seatsPerTransaction = 1_000

interface Sync {
  readonly appId: AppId
  readonly eventId: EventId
  readonly seats: readonly SeatInput[]
  /** What the chart has beside its seats; left as it is when absent. */
  readonly frame?: ChartFrame
}

/** What became of some of the seats. */
interface Written {
  readonly inserted: number
  readonly changed: readonly SeatId[]
}

/**
 * Adds the seats that are new and changes the descriptions and prices of those that are known. It never touches
 * who holds or has bought a seat, and removes none. Large syncs are several transactions: one that stops half-way
 * can be sent again as it is.
 */
export async function syncSeats(
  ctx: Context,
  { appId, eventId, seats, frame }: Sync,
): Promise<SyncSeatsReply> {
  const total = { inserted: 0, updated: 0, unchanged: 0 }
  for (let from = 0; from < seats.length; from += seatsPerTransaction) {
    const page = seats.slice(from, from + seatsPerTransaction)
    const poke = applyPoke({ appId, eventId }, ctx.platform)
    const { inserted, changed } = await ctx.store.transaction(coreBudgetMs, async (tx) => {
      const written = await syncPage(tx, { appId, eventId, seats: page, ...(frame && { frame }) })
      if (written.changed.length > 0)
        await tx.insert(appId, 'outbox', { ...poke, seats: [...written.changed] })
      return written
    })
    total.inserted += inserted
    total.updated += changed.length - inserted
    total.unchanged += page.length - changed.length
  }
  const event = await ctx.store.get(appId, 'events', { eventId })
  return { event: eventId, ...total, seatCount: event?.seatCount ?? 0 }
}

async function syncPage(tx: Statements, { appId, eventId, seats, frame }: Sync): Promise<Written> {
  const event = await tx.get(appId, 'events', { eventId })
  if (!event) throw new Problem('not_found')
  const ids = seats.map((seat) => seat.id)
  const known = await tx.find(appId, 'seats', { eventId, seatId: { in: ids } }, { limit: ids.length })
  const byId = new Map(known.map((seat) => [seat.seatId, seat]))

  const fresh = seats
    .filter((seat) => !byId.has(seat.id))
    .map((seat, i) => newSeat(appId, eventId, seat, event.seatCount + i))
  if (event.seatCount + fresh.length > seatsPerEventMax) {
    const errors = [{ path: 'seats', message: `an event has at most ${seatsPerEventMax} seats` }]
    throw new Problem('invalid_request', { errors })
  }
  if (fresh.length > 0) await tx.insert(appId, 'seats', fresh)

  const changed = fresh.map((seat) => seat.seatId)
  for (const input of seats) {
    const seat = byId.get(input.id)
    const set = descriptionOf(input)
    if (!seat || isSame(seat, set)) continue
    await tx.updateIf(appId, 'seats', { eventId, seatId: input.id }, { set, inc: { rev: 1 } })
    changed.push(input.id)
  }
  if (changed.length > 0 || frame) {
    const set = frame ? { frame } : {}
    await tx.updateIf(appId, 'events', { eventId }, { set, inc: { rev: 1, seatCount: fresh.length } })
  }
  return { inserted: fresh.length, changed }
}

/** The part of a seat that an organiser describes. */
const descriptionOf = (seat: SeatInput) => ({
  price: seat.price,
  category: seat.category ?? null,
  section: seat.section ?? null,
  row: seat.row ?? null,
  number: seat.number ?? null,
  x: seat.x ?? null,
  y: seat.y ?? null,
  accessible: seat.accessible ?? false,
})

const isSame = (seat: SeatDoc, described: ReturnType<typeof descriptionOf>): boolean =>
  Object.entries(described).every(([field, value]) => seat[field as keyof typeof described] === value)

const newSeat = (appId: AppId, eventId: EventId, seat: SeatInput, index: number): SeatDoc => ({
  appId,
  eventId,
  seatId: seat.id,
  index,
  rev: 0,
  state: 'AVAILABLE',
  blocked: false,
  grantId: null,
  bookingId: null,
  ...descriptionOf(seat),
})
