import { type AppId, majorUnitsOf, priceFault, type SeatInput, seatsPerEventMax } from '@holdfast/contract'
import type { AppDoc, BookingDoc, EventDoc, SeatDoc } from '../store/schema.ts'
import { poolScope, type Store } from '../store/store.ts'
import { type Diagnostics, shown } from './diagnostics.ts'
import {
  hasSeat,
  type Legacy,
  type LegacyApp,
  type LegacyEvent,
  type LegacySale,
  type LegacyUser,
} from './legacy.ts'

/** What the files have and the store has not. */
export interface Plan {
  readonly apps: readonly LegacyApp[]
  readonly users: readonly LegacyUser[]
  readonly events: readonly PlannedEvent[]
  readonly sales: readonly LegacySale[]
  /** The apps of the files, and of the events in them, as they are afterwards. */
  readonly appsAfter: readonly AppDoc[]
}

/** An event, and its seats that are new. */
export interface PlannedEvent {
  readonly event: LegacyEvent
  readonly isNew: boolean
  readonly seats: readonly SeatInput[]
}

interface Context {
  readonly store: Pick<Store, 'get' | 'find'>
  readonly diagnostics: Diagnostics
}

const docsPerRead = 500

function* pagesOf<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += docsPerRead) yield items.slice(from, from + docsPerRead)
}

async function newApps({ store }: Context, apps: readonly LegacyApp[]) {
  const found: LegacyApp[] = []
  const after = new Map<AppId, AppDoc>()
  for (const one of apps) {
    const there = await store.get(one.app.appId, 'apps', {})
    if (!there) found.push(one)
    after.set(one.app.appId, there ?? one.app)
  }
  return { apps: found, after }
}

/** An address is one account. */
async function newUsers(
  { store, diagnostics }: Context,
  users: readonly LegacyUser[],
): Promise<LegacyUser[]> {
  const found: LegacyUser[] = []
  for (const page of pagesOf(users)) {
    const limit = page.length
    const ids = page.map(({ user }) => user.userId)
    const known = new Set(
      (await store.find(poolScope, 'users', { userId: { in: ids } }, { limit })).map(({ userId }) => userId),
    )
    const fresh = page.filter(({ user }) => !known.has(user.userId))
    const emails = fresh.map(({ user }) => user.email)
    const taken = new Map(
      (await store.find(poolScope, 'users', { email: { in: emails } }, { limit })).map((user) => [
        user.email,
        user.userId,
      ]),
    )
    for (const one of fresh) {
      const other = taken.get(one.user.email)
      if (other === undefined) found.push(one)
      else
        diagnostics.fault(
          { ...one.at, field: 'email' },
          `has an account here under another id, ${other}: change one of them`,
        )
    }
  }
  return found
}

/** The seats of an event that are there, by their id. */
async function seatsThere({ store }: Context, { appId, eventId, seats }: LegacyEvent) {
  const there = new Map<string, SeatDoc>()
  for (const page of pagesOf(seats)) {
    const ids = page.map(({ id }) => id)
    const found = await store.find(appId, 'seats', { eventId, seatId: { in: ids } }, { limit: ids.length })
    for (const seat of found) there.set(seat.seatId, seat)
  }
  return there
}

/** Whether the event's seats can be there: what is against it is told. */
function checkEvent(
  { diagnostics }: Context,
  event: LegacyEvent,
  there: EventDoc | null,
  freshSeats: number,
): void {
  const { at, name, currency } = event
  const of = `the event ${shown(name)}`
  if (there && there.currency !== currency)
    diagnostics.fault(
      { ...at, field: 'price' },
      `${of} sells in ${there.currency} here, not ${currency}: see --currency`,
    )
  if ((there?.seatCount ?? 0) + freshSeats > seatsPerEventMax)
    diagnostics.fault(at, `${of} would have more than ${seatsPerEventMax} seats, the most that one may have`)
}

/** Prices that the app's provider could never charge are no offers. */
function checkPrices(
  { diagnostics }: Context,
  { at, currency }: LegacyEvent,
  { paymentProvider }: AppDoc,
  fresh: readonly SeatInput[],
): void {
  for (const { price = 0 } of fresh) {
    // In decimal units, as the files have it.
    const shown = (minor: number) => String(majorUnitsOf(minor, currency))
    const fault = priceFault(paymentProvider, currency, price, shown)
    if (fault !== null) diagnostics.fault({ ...at, field: 'price' }, `${shown(price)} ${fault}`)
  }
}

/** What is there already stays as it is, so a seat that has gone without a booking since the last import is for its operator. */
function tellOnSale(
  { diagnostics }: Context,
  { at, name, blocked }: LegacyEvent,
  there: ReadonlyMap<string, SeatDoc>,
): void {
  for (const id of blocked) {
    const seat = there.get(id)
    if (seat?.state !== 'AVAILABLE' || seat.blocked) continue
    const what = `the seat ${shown(seat.number ?? id)} of ${shown(name)} is gone in the files and for sale here`
    diagnostics.warn({ ...at, field: 'status' }, `${what}: block it, unless you have freed it yourself`)
  }
}

async function bookingsThere({ store }: Context, appId: AppId, sales: readonly LegacySale[]) {
  const there = new Map<string, BookingDoc>()
  for (const page of pagesOf(sales)) {
    const ids = page.map(({ bookingId }) => bookingId)
    const found = await store.find(appId, 'bookings', { bookingId: { in: ids } }, { limit: ids.length })
    for (const booking of found) there.set(booking.bookingId, booking)
  }
  return there
}

const seatKey = ({ appId, eventId }: Pick<LegacySale, 'appId' | 'eventId'>, seatId: string): string =>
  `${appId}/${eventId}/${seatId}`

/** A booking that is there is left as it is, if it is the same one; a seat that is sold here stays sold. */
async function newSales(
  ctx: Context,
  sales: readonly LegacySale[],
  seats: ReadonlyMap<string, SeatDoc>,
): Promise<LegacySale[]> {
  const found: LegacySale[] = []
  for (const [appId, group] of Map.groupBy(sales, (sale) => sale.appId)) {
    const there = await bookingsThere(ctx, appId, group)
    for (const sale of group) {
      const { at, eventId, seat, bookingId, named } = sale
      const booking = there.get(bookingId)
      const isSame = booking?.eventId === eventId && booking.seats.some(({ id }) => id === seat.id)
      const taken = seats.get(seatKey(sale, seat.id))
      if (booking && !isSame)
        ctx.diagnostics.fault(
          { ...at, field: 'bookingId' },
          `${bookingId} is the booking of another seat here`,
        )
      else if (!booking && hasSeat(sale) && taken?.state === 'BOOKED')
        ctx.diagnostics.fault(
          { ...at, field: 'seatId' },
          `the seat ${shown(named.seat)} of ${shown(named.event)} is sold to somebody else here, by ${taken.bookingId}: cancel one of the two bookings`,
        )
      else if (!booking) found.push(sale)
    }
  }
  return found
}

/**
 * Holds what the files say against the store, and finds what is new. Nothing is written; what cannot be brought in is told
 * to `diagnostics`, all of it.
 */
export async function planMove(
  ctx: Context,
  legacy: Legacy,
  progress: (done: number) => void,
): Promise<Plan> {
  const { apps, after } = await newApps(ctx, legacy.apps)
  const users = await newUsers(ctx, legacy.users)
  const events: PlannedEvent[] = []
  const seats = new Map<string, SeatDoc>()
  let done = apps.length + users.length
  for (const event of legacy.events) {
    const { appId, eventId } = event
    const app = after.get(appId) ?? (await ctx.store.get(appId, 'apps', {}))
    if (!app) ctx.diagnostics.fault({ file: `--app ${appId}` }, 'there is no such app here: create it first')
    else after.set(appId, app)
    const there = await ctx.store.get(appId, 'events', { eventId })
    const known = await seatsThere(ctx, event)
    for (const [id, seat] of known) seats.set(seatKey(event, id), seat)
    const fresh = event.seats.filter(({ id }) => !known.has(id))
    checkEvent(ctx, event, there, fresh.length)
    if (app) checkPrices(ctx, event, app, fresh)
    tellOnSale(ctx, event, known)
    events.push({ event, isNew: there === null, seats: fresh })
    done += event.seats.length
    progress(done)
  }
  const sales = await newSales(ctx, legacy.sales, seats)
  progress(done + legacy.sales.length)
  return { apps, users, events, sales, appsAfter: [...after.values()] }
}
