import { AppId, EventId, seatBytes } from '@holdfast/contract'
import type { EventRef, Inventory } from '@holdfast/inventory'
import { openStore } from '../../core/src/store/open.ts'
import type { BookingDoc, SeatDoc } from '../../core/src/store/schema.ts'
import { everyApp, type Store } from '../../core/src/store/store.ts'
import type { Stack } from '../../edge/dev/stack.ts'
import { until } from '../contract/inventory/poll.ts'
import { openInventory } from './inventory.ts'

/** What the store and Redis say of an event when all is quiet, held against the invariants. */
export interface Audit {
  readonly bookings: number
  readonly seatsSold: number
  /** I1: seats with more than one live booking. */
  readonly doubleSales: number
  /** I2: seats on which store, bookings and Redis do not agree. */
  readonly seatsInDisagreement: number
  /** I2: live bookings of a grant that was not decided for them. */
  readonly undecidedBookings: number
  /** I4: grants of a seat that another unexpired grant still had. */
  readonly overlappingHolds: number
  /** I7: bookings that do not have exactly their seats. */
  readonly partialBookings: number
  /** Bookings that a buyer was told of and that are not there. */
  readonly lostBookings: number
}

const limit = 100_000

/** Reads everything by itself: from the store, by its port, and from Redis; not by the API. */
export async function auditEvent(
  stack: Pick<Stack, 'storeUrl' | 'redis'>,
  ids: { appId: string; eventId: string },
  told: ReadonlySet<string>,
): Promise<Audit> {
  const ref = { appId: AppId.parse(ids.appId), eventId: EventId.parse(ids.eventId) }
  const store = await openStore(stack.storeUrl)
  const inventory = openInventory(stack.redis)
  try {
    await outboxEmpty(store)
    const seats = await store.find(ref.appId, 'seats', { eventId: ref.eventId }, { limit })
    const bookings = await store.find(ref.appId, 'bookings', { eventId: ref.eventId }, { limit })
    const live = bookings.filter((one) => one.status === 'CONFIRMED' && one.paymentStatus !== 'FAILED')
    const decided = await store.find(
      ref.appId,
      'reservations',
      { eventId: ref.eventId, status: 'CONFIRMED' },
      { limit },
    )
    const decidedFor = new Set(decided.map((one) => `${one.grantId} ${one.bookingId}`))
    const { map, epoch } = await readMap(inventory, ref)
    return {
      bookings: live.length,
      seatsSold: seats.filter((seat) => seat.state === 'BOOKED').length,
      ...compare(seats, live, map),
      undecidedBookings: live.filter((one) => !decidedFor.has(`${one.grantId} ${one.bookingId}`)).length,
      overlappingHolds: await overlaps(inventory, ref, epoch, seats),
      lostBookings: [...told].filter((id) => !live.some((booking) => booking.bookingId === id)).length,
    }
  } finally {
    await store.close()
  }
}

function compare(seats: readonly SeatDoc[], live: readonly BookingDoc[], map: string) {
  const owners = Map.groupBy(
    live.flatMap((booking) => booking.seats.map((seat) => ({ seat: seat.id, booking: booking.bookingId }))),
    ({ seat }) => seat,
  )
  let [doubleSales, seatsInDisagreement] = [0, 0]
  for (const seat of seats) {
    const owned = owners.get(seat.seatId) ?? []
    if (owned.length > 1) doubleSales += 1
    const booked = seat.state === 'BOOKED'
    const oneOwner = owned.length === 1 && owned[0]?.booking === seat.bookingId
    const redisSays = map[seat.index] === seatBytes.booked
    if (booked !== oneOwner || booked !== redisSays) seatsInDisagreement += 1
  }
  const held = Map.groupBy(seats, (seat) => seat.bookingId)
  const partialBookings = live.filter((booking) => {
    const theirs = held.get(booking.bookingId)?.map((seat) => seat.seatId) ?? []
    return (
      theirs.sort().join() !==
      booking.seats
        .map((seat) => seat.id)
        .sort()
        .join()
    )
  }).length
  return { doubleSales, seatsInDisagreement, partialBookings }
}

/** Bytes of the map of a seat that nobody has. */
const nobodys: ReadonlySet<string> = new Set([seatBytes.free, seatBytes.blocked])

/**
 * Replays the log of an epoch: when a seat was granted, did another grant still have it? And what the store says of a
 * seat, that its booking was cancelled, never ends a hold.
 */
async function overlaps(
  inventory: Inventory,
  ref: EventRef,
  epoch: number,
  seats: readonly SeatDoc[],
): Promise<number> {
  const ids = new Map(seats.map(({ index, seatId }) => [index, seatId]))
  const holders = new Map<string, { grantId: string; untilMs: number; firm: boolean }>()
  let [found, ver] = [0, 0]
  for (;;) {
    const reply = await inventory.changesSince(ref, epoch, ver, 500)
    if (reply.word !== 'changes') throw new Error(`the log cannot be read whole: ${reply.word}`)
    for (const { kind, grantId, seats, marks, atMs, untilMs } of reply.changes) {
      for (const { id } of kind === 'apply' ? [] : seats) {
        const holder = holders.get(id)
        const others = holder && holder.grantId !== grantId && (holder.firm || holder.untilMs > atMs)
        if (kind === 'hold' && others) found += 1
        const over = kind === 'release' || kind === 'expire'
        if (over && holder?.grantId === grantId) holders.delete(id)
        if (!over && grantId) holders.set(id, { grantId, untilMs, firm: kind === 'pin' })
      }
      // What the store says tells of the seats that it changed, whatever hold it ended.
      for (const { index, byte } of kind === 'apply' ? marks : []) {
        const id = ids.get(index) ?? ''
        const holder = holders.get(id)
        if (byte === seatBytes.booked) holders.set(id, { grantId: grantId ?? '', untilMs, firm: true })
        if (!nobodys.has(byte)) continue
        if (holder && !holder.firm && holder.untilMs > atMs) found += 1
        holders.delete(id)
      }
    }
    ver = reply.changes.at(-1)?.ver ?? ver
    if (ver >= reply.newestVer) return found
  }
}

async function readMap(inventory: Inventory, ref: EventRef) {
  const reply = await inventory.snapshot(ref)
  if (reply.word !== 'snapshot') throw new Error('the inventory is not built')
  return reply
}

/** Waits until core has told Redis everything (I10). */
async function outboxEmpty(store: Store): Promise<void> {
  await until(async () => (await store.count(everyApp, 'outbox', { status: 'READY' })) === 0)
}
