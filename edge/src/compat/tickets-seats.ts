import {
  EventView,
  majorUnitsOf,
  type Openly,
  openly,
  type Platform,
  type Principal,
  type SeatId,
  type SeatStatus,
  ticketsSeatsIsolateMs,
} from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import { readAvailability, statusAt } from '../availability.ts'
import type { Caller } from '../core-client.ts'
import type { KeptEvent } from '../event-reader.ts'
import { isLocked, type Locks } from '../holders.ts'
import type { Services } from '../services.ts'
import { type TicketsSeat, TicketsTier } from './tickets-requests.ts'

/** What of a seat does not change while it is sold, and its byte in the map. */
interface DrawnSeat extends Pick<TicketsSeat, 'row' | 'number' | 'tier' | 'price'> {
  readonly id: SeatId
  readonly index: number
}

/** TicketS numbers its seats; other organisers' numbers may be any text. */
const numberOf = (text: string | null): number | string | null =>
  text !== null && /^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : text

/** Its pages know three tiers and go blank on any other. */
const tierOf = (category: string | null): TicketsTier =>
  TicketsTier.safeParse(category?.toLowerCase()).data ?? 'standard'

const drawnSeats = ({ chart, currency }: Openly<EventView>): DrawnSeat[] =>
  chart.sections.flatMap(({ rows }) =>
    rows.flatMap(({ label, seats }) =>
      seats.map(({ id, index, number, category, price }) => ({
        ...{ id, index, row: label, number: numberOf(number), tier: tierOf(category) },
        price: majorUnitsOf(price, currency),
      })),
    ),
  )

/** All seats at one moment, as those see them who hold none, and which of them are whose. */
interface Picture {
  readonly seats: readonly TicketsSeat[]
  readonly heldBy: ReadonlyMap<Principal, ReadonlySet<string>>
  readonly text: string
}

/** What is told of everybody but the caller. */
const somebody = 'somebody'

/** All seats of the event as TicketS lists them. */
export interface TicketsSeats {
  /**
   * The body of the answer. Who has locked a seat is nobody else's concern: its owner, if they show their token, sees their
   * own id, and everybody else that it is somebody.
   */
  text(caller: Caller, me: Principal | undefined): Promise<string>
  /** Has the next page see what was changed through this isolate. */
  changed(): void
}

/**
 * Every open page asks once a second, so the seats are read and written down once for all pages that ask within
 * `ticketsSeatsIsolateMs`.
 */
export function createTicketsSeats(
  ctx: Pick<Services, 'inventory' | 'events' | 'locks' | 'flights'> & {
    readonly platform: Pick<Platform, 'now'>
  },
  event: EventRef,
): TicketsSeats {
  let drawn: { readonly etag: string; readonly seats: readonly DrawnSeat[] } | undefined
  let kept: { readonly picture: Picture; readonly untilMs: number } | undefined
  let changes = 0

  const draw = ({ text, etag }: KeptEvent): readonly DrawnSeat[] => {
    // A chart of 50,000 seats takes a while to read, and is the same for minutes.
    if (drawn?.etag !== etag) drawn = { etag, seats: drawnSeats(openly(EventView).parse(JSON.parse(text))) }
    return drawn.seats
  }

  const read = async (caller: Caller): Promise<Picture> => {
    const chart = await ctx.events.one(event.appId, event.eventId, caller)
    const { map } = await readAvailability(ctx, event, caller, chart)
    const seats = draw(chart)
    const held = seats.filter(({ index }) => isHeld(map, index)).map(({ id }) => id)
    const locks = await ctx.locks(event, held, caller)
    const seen = seats.map(({ index, ...seat }) => {
      const status = statusAt(map, index)
      return isLocked(status, locks.bySeat.get(seat.id), locks.nowMs)
        ? { ...seat, ...lockOf(locks, seat.id) }
        : { ...seat, state: stateOf(status), lockedBy: null, ttl: null }
    })
    return { seats: seen, heldBy: byOwner(locks), text: JSON.stringify({ seats: seen }) }
  }

  const look = async (caller: Caller): Promise<Picture> => {
    if (kept && kept.untilMs > ctx.platform.now()) return kept.picture
    const before = changes
    // Who asks after a change must not be shown what was read before it.
    const picture = await ctx.flights(`tickets-seats:${before}`, () => read(caller))
    // What was changed meanwhile may be missing in it.
    if (before === changes) kept = { picture, untilMs: ctx.platform.now() + ticketsSeatsIsolateMs }
    return picture
  }

  return {
    async text(caller, me) {
      const { seats, heldBy, text } = await look(caller)
      const mine = me && heldBy.get(me)
      if (!mine) return text
      const lockedBy = ownId(me)
      return JSON.stringify({
        seats: seats.map((seat) =>
          seat.state === 'locked' && mine.has(seat.id) ? { ...seat, lockedBy } : seat,
        ),
      })
    },
    changed() {
      changes += 1
      kept = undefined
    },
  }
}

function byOwner({ bySeat }: Locks): Map<Principal, Set<string>> {
  const seats = new Map<Principal, Set<string>>()
  for (const [seat, lock] of bySeat) {
    if (lock) seats.set(lock.owner, (seats.get(lock.owner) ?? new Set()).add(seat))
  }
  return seats
}

const isHeld = (map: string, index: number): boolean => {
  const status = statusAt(map, index)
  return status === 'held' || status === 'confirming'
}

/** A seat that somebody has; when that ends is not known of a confirm beyond its lease, and of what nobody has looked at yet. */
function lockOf({ bySeat, nowMs }: Locks, id: SeatId) {
  const leftMs = (bySeat.get(id)?.untilMs ?? 0) - nowMs
  const ttl = leftMs > 0 ? Math.ceil(leftMs / 1_000) : null
  return { state: 'locked', lockedBy: somebody, ttl } as const
}

/** A user of the pool by the id that their login told them. */
const ownId = (me: Principal): string => me.slice(me.indexOf(':') + 1)

/** The state of a seat that nobody holds. What is blocked, or not known, cannot be bought, for which TicketS has one word. */
function stateOf(status: SeatStatus): TicketsSeat['state'] {
  switch (status) {
    case 'free':
    case 'held':
      return 'available'
    case 'confirming':
      return 'locked'
    case 'booked':
    case 'blocked':
    case 'unknown':
      return 'booked'
  }
}
