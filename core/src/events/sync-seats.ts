import {
  type AppId,
  coreBudgetMs,
  type EventId,
  type PaymentProvider,
  Problem,
  priceFault,
  type RequestFault,
  type SeatId,
  type SeatInput,
  type SyncSeatsReply,
  seatsPerAnswerMax,
  seatsPerEventMax,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { applyPoke } from '../outbox/rows.ts'
import type { EventDoc, SeatDoc } from '../store/schema.ts'
import type { Statements } from '../store/store.ts'
import { seatIdFault } from './derived-ids.ts'
import { frameAfter, type PlannedFrame } from './planned-frame.ts'
import { descriptionOf, isSame, newSeat, type SyncedSeat } from './seat-description.ts'
import { type IsTaken, relabelled } from './seat-identity.ts'

type Context = Pick<Core, 'store' | 'platform'>

/** Seats written in one transaction: databases recommend about a thousand documents. */
const seatsPerTransaction = 1_000

interface Sync {
  readonly appId: AppId
  readonly eventId: EventId
  readonly seats: readonly (SeatInput & Partial<SyncedSeat>)[]
  /** What a plan says of the chart beside its seats. */
  readonly frame?: PlannedFrame
  /** Those of the new seats that nobody may buy. */
  readonly blocked?: ReadonlySet<SeatId>
  /** Whether what is sold or held may become another place. */
  readonly relabel?: 'sold' | undefined
  /** Without it what is sold is taken: who holds a seat is not known. */
  readonly isTaken?: IsTaken
}

/** What became of some of the seats. */
interface Written {
  readonly inserted: number
  readonly changed: readonly SeatId[]
  readonly sold: readonly SeatId[]
}

interface Work extends Omit<Sync, 'seats'> {
  readonly seats: readonly SyncedSeat[]
  readonly provider: PaymentProvider
}

/**
 * Adds the seats that are new and changes what is said of those that are known. It never touches who holds or has bought a
 * seat, and removes none. All of it is judged before anything is written; large syncs are several transactions: one that
 * stops half-way can be sent again as it is.
 * @throws Problem `not_found`, `invalid_request`
 */
export async function syncSeats(ctx: Context, sync: Sync): Promise<SyncSeatsReply> {
  const { appId, eventId } = sync
  const app = await ctx.store.get(appId, 'apps', {})
  if (!app) throw new Problem('not_found')
  const seats = sync.seats.map((seat, at) => ({ path: `seats.${at}`, ...seat }))
  const work: Work = { ...sync, seats, provider: app.paymentProvider }
  const pages = Array.from({ length: Math.ceil(seats.length / seatsPerTransaction) }, (_, at) => ({
    ...work,
    seats: seats.slice(at * seatsPerTransaction, (at + 1) * seatsPerTransaction),
  }))
  await assertAll(ctx, work, pages)
  const total = { inserted: 0, updated: 0, unchanged: 0 }
  const sold: SeatId[] = []
  for (const page of pages) {
    const poke = applyPoke({ appId, eventId }, ctx.platform)
    const written = await ctx.store.transaction(coreBudgetMs, async (tx) => {
      const done = await syncPage(ctx, tx, page)
      if (done.changed.length > 0) await tx.insert(appId, 'outbox', { ...poke, seats: [...done.changed] })
      return done
    })
    const { inserted, changed } = written
    total.inserted += inserted
    total.updated += changed.length - inserted
    total.unchanged += page.seats.length - changed.length
    sold.push(...written.sold)
  }
  const event = await ctx.store.get(appId, 'events', { eventId })
  return {
    event: eventId,
    ...total,
    seatCount: event?.seatCount ?? 0,
    sold: { count: sold.length, seats: sold.toSorted().slice(0, seatsPerAnswerMax) },
  }
}

/** @throws Problem `not_found`, `invalid_request` with all that is wrong, before anything is written */
async function assertAll(ctx: Context, { appId, eventId }: Work, pages: readonly Work[]): Promise<void> {
  const event = await ctx.store.get(appId, 'events', { eventId })
  if (!event) throw new Problem('not_found')
  const errors: RequestFault[] = []
  let fresh = 0
  for (const page of pages) {
    const byId = await knownOf(ctx.store, page)
    fresh += page.seats.length - byId.size
    errors.push(...(await faultsOf(ctx, event, page, byId)))
  }
  if (event.seatCount + fresh > seatsPerEventMax) errors.push(tooMany)
  if (errors.length > 0) throw new Problem('invalid_request', { errors })
}

const tooMany = { path: 'seats', message: `an event has at most ${seatsPerEventMax} seats` }

async function knownOf(
  store: Pick<Statements, 'find'>,
  { appId, eventId, seats }: Work,
): Promise<ReadonlyMap<SeatId, SeatDoc>> {
  const ids = seats.map((seat) => seat.id)
  const known = await store.find(appId, 'seats', { eventId, seatId: { in: ids } }, { limit: ids.length })
  return new Map(known.map((seat) => [seat.seatId, seat]))
}

/** What is wrong with some of the seats. */
async function faultsOf(
  { platform }: Context,
  { currency }: EventDoc,
  { seats, provider, relabel, isTaken = ({ state }) => state === 'BOOKED' }: Work,
  byId: ReadonlyMap<SeatId, SeatDoc>,
): Promise<RequestFault[]> {
  const faults: RequestFault[] = []
  for (const input of seats) {
    const { id, price, path } = input
    const seat = byId.get(id)
    const unpayable = price === undefined ? null : priceFault(provider, currency, price)
    if (unpayable !== null) faults.push({ path: `${path}.price`, message: unpayable })
    if (!seat) {
      if (price === undefined) faults.push({ path: `${path}.price`, message: 'is missing: the seat is new' })
      const fault = await seatIdFault(platform, input)
      if (fault) faults.push(fault)
    } else if (relabel === undefined && isTaken(seat)) {
      const message = 'is on the ticket of who has the seat: leave it, or say ?relabel=sold'
      faults.push(...relabelled(seat, input).map((field) => ({ path: `${path}.${field}`, message })))
    }
  }
  return faults
}

async function syncPage(ctx: Context, tx: Statements, page: Work): Promise<Written> {
  const { appId, eventId, seats, frame, blocked } = page
  const event = await tx.get(appId, 'events', { eventId })
  if (!event) throw new Problem('not_found')
  const byId = await knownOf(tx, page)
  // Somebody may have bought one of them, or described it, since all of it was judged.
  const errors = await faultsOf(ctx, event, page, byId)
  const fresh = seats
    .filter((seat) => !byId.has(seat.id))
    .map((seat, i) => ({
      ...newSeat(appId, eventId, seat, event.seatCount + i),
      blocked: blocked?.has(seat.id) ?? false,
    }))
  if (event.seatCount + fresh.length > seatsPerEventMax) errors.push(tooMany)
  if (errors.length > 0) throw new Problem('invalid_request', { errors })
  if (fresh.length > 0) await tx.insert(appId, 'seats', fresh)

  const changed = fresh.map((seat) => seat.seatId)
  const sold: SeatId[] = []
  for (const input of seats) {
    const seat = byId.get(input.id)
    if (!seat) continue
    const { guid = seat.guid } = input
    const set = descriptionOf(input)
    const when = { eventId, seatId: seat.seatId }
    if (!isSame(seat, set)) {
      await tx.updateIf(appId, 'seats', when, { set: { ...set, guid }, inc: { rev: 1 } })
      changed.push(seat.seatId)
      if (seat.state === 'BOOKED') sold.push(seat.seatId)
    } else if (guid !== seat.guid) await tx.updateIf(appId, 'seats', when, { set: { guid } })
  }
  if (changed.length > 0 || frame) {
    const set = frame ? { frame: frameAfter(event.frame, frame) } : {}
    await tx.updateIf(appId, 'events', { eventId }, { set, inc: { rev: 1, seatCount: fresh.length } })
  }
  return { inserted: fresh.length, changed, sold }
}
