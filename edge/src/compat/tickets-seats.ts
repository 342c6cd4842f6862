import {
  EventView,
  holdersSeatsPerRead,
  majorUnitsOf,
  type Openly,
  openly,
  type Principal,
  type SeatId,
} from '@holdfast/contract'
import type { EventRef, Holder } from '@holdfast/inventory'
import { readAvailability, statusAt } from '../availability.ts'
import type { Caller } from '../core-client.ts'
import { notReady } from '../event-reader.ts'
import type { Services } from '../services.ts'
import type { TicketsSeat } from './tickets-requests.ts'

/** What of a seat does not change while it is sold, and its byte in the map. */
interface DrawnSeat extends Pick<TicketsSeat, 'row' | 'number' | 'tier' | 'price'> {
  readonly id: SeatId
  readonly index: number
}

/** TicketS numbers its seats; other organisers' numbers may be any text. */
const numberOf = (text: string | null): number | string | null =>
  text !== null && /^(0|[1-9]\d{0,8})$/.test(text) ? Number(text) : text

const drawnSeats = ({ chart, currency }: Openly<EventView>): DrawnSeat[] =>
  chart.sections.flatMap(({ rows }) =>
    rows.flatMap(({ label, seats }) =>
      seats.map(({ id, index, number, category, price }) => ({
        ...{ id, index, row: label, number: numberOf(number), tier: category },
        price: majorUnitsOf(price, currency),
      })),
    ),
  )

type Context = Pick<Services, 'inventory' | 'events'>

/** What is told of everybody but the caller. */
const somebody = 'somebody'

/** Who holds the seats that the map says are taken, by seat. */
async function holdersOf(
  { inventory, events }: Context,
  event: EventRef,
  seats: readonly SeatId[],
  caller: Caller,
): Promise<{ readonly holders: ReadonlyMap<SeatId, Holder>; readonly nowMs: number }> {
  const pages: SeatId[][] = []
  for (let from = 0; from < seats.length; from += holdersSeatsPerRead) {
    pages.push(seats.slice(from, from + holdersSeatsPerRead))
  }
  const replies = await Promise.all(pages.map((page) => inventory(caller).holders(event, page)))
  const holders = new Map<SeatId, Holder>()
  let nowMs = 0
  for (const reply of replies) {
    if (reply.word === 'not_ready') return notReady(events, event, caller)
    for (const holder of reply.holders) holders.set(holder.seatId, holder)
    nowMs = Math.max(nowMs, reply.nowMs)
  }
  return { holders, nowMs }
}

/**
 * All seats of the event as TicketS lists them. Who has locked a seat is nobody else's concern: its owner, if they
 * show their token, sees their own id, and everybody else that it is somebody.
 */
export function createTicketsSeats(ctx: Context, event: EventRef) {
  let drawn: { readonly etag: string; readonly seats: readonly DrawnSeat[] } | undefined

  const draw = async (caller: Caller): Promise<readonly DrawnSeat[]> => {
    const { text, etag } = await ctx.events.one(event.appId, event.eventId, caller)
    // A chart of 50,000 seats takes a while to read, and is the same for minutes.
    if (drawn?.etag !== etag) drawn = { etag, seats: drawnSeats(openly(EventView).parse(JSON.parse(text))) }
    return drawn.seats
  }

  return async (caller: Caller, me: Principal | undefined): Promise<TicketsSeat[]> => {
    const [seats, { map }] = await Promise.all([draw(caller), readAvailability(ctx, event, caller)])
    const held = seats.filter(({ index }) => isHeld(map, index)).map(({ id }) => id)
    const { holders, nowMs } = await holdersOf(ctx, event, held, caller)
    return seats.map(({ index, ...seat }) => {
      const holder = holders.get(seat.id)
      if (holder) return { ...seat, ...lockOf(holder, nowMs, me) }
      return { ...seat, state: stateOf(map, index), lockedBy: null, ttl: null }
    })
  }
}

const isHeld = (map: string, index: number): boolean => {
  const status = statusAt(map, index)
  return status === 'held' || status === 'confirming'
}

const lockOf = ({ owner, untilMs }: Holder, nowMs: number, me: Principal | undefined) => ({
  state: 'locked' as const,
  lockedBy: owner === me ? ownId(me) : somebody,
  // A confirm that takes longer than its lease ends when it is decided, which no clock knows.
  ttl: untilMs > nowMs ? Math.ceil((untilMs - nowMs) / 1_000) : null,
})

/** A user of the pool by the id that their login told them. */
const ownId = (me: Principal): string => me.slice(me.indexOf(':') + 1)

/**
 * The state of a seat that nobody holds. A hold that has run out is free before anybody has swept it; what is
 * blocked, or not known, cannot be bought, for which TicketS has one word.
 */
function stateOf(map: string, index: number): TicketsSeat['state'] {
  switch (statusAt(map, index)) {
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
