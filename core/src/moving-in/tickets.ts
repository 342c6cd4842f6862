import { join } from 'node:path'
import {
  type AppId,
  BookingId,
  base62Of,
  type EventId,
  idLengthMax,
  type Platform,
  principal,
  SeatId,
  ticketsHolds,
  UserId,
} from '@holdfast/contract'
import * as z from 'zod'
import type { UserDoc } from '../store/schema.ts'
import { Id, LabelIfAny, Money, madeAt } from './fields.ts'
import type { Legacy, LegacyEvent, LegacySale } from './legacy.ts'
import { type Exported, isNeeded, type Located, type Reading, readMongoexport } from './mongoexport.ts'
import { refuseRepeated } from './repeated.ts'
import { readUsers } from './users.ts'

const Seat = (currency: string) =>
  z.object({
    _id: Id,
    seatId: Id.pipe(SeatId),
    row: LabelIfAny,
    number: LabelIfAny,
    tier: LabelIfAny,
    price: Money(currency),
    status: z.enum(['available', 'locked', 'booked']).default('available'),
    userId: Id.pipe(UserId).nullish(),
  })
type SeatDoc = z.output<ReturnType<typeof Seat>>

/** TicketS sells one event of one app, whatever they are called here. */
export interface TicketsOptions {
  readonly appId: AppId
  readonly eventId: EventId
  readonly currency: string
}

/** A sold seat is its own booking there. */
async function bookingIdOf({ sha256 }: Pick<Platform, 'sha256'>, seatId: SeatId): Promise<BookingId> {
  const id = `TK-${seatId}`
  return BookingId.parse(
    id.length <= idLengthMax ? id : `TK-${base62Of(await sha256(new TextEncoder().encode(seatId)))}`,
  )
}

/**
 * When a seat was sold is written nowhere: not before it was made, and not before its buyer's account. What tells
 * neither was sold until now.
 */
const soldAt = ({ _id }: SeatDoc, buyer: UserDoc | undefined, nowMs: number): Date => {
  const latest = Math.max(madeAt(_id).getTime(), buyer?.createdAt.getTime() ?? 0)
  return new Date(latest === 0 ? nowMs : latest)
}

/** The bookings of the seats that somebody has. */
async function salesOf(
  seats: readonly Located<SeatDoc>[],
  users: Exported<{ readonly user: UserDoc }>,
  { platform, diagnostics }: Reading,
  { appId, eventId, currency }: TicketsOptions,
): Promise<LegacySale[]> {
  const byId = new Map(users.docs.map(({ doc: { user } }) => [user.userId, user]))
  const sales: LegacySale[] = []
  for (const { at, doc } of seats) {
    const { seatId, userId, price } = doc
    if (doc.status !== 'booked' || userId == null) continue
    const buyer = byId.get(userId)
    if (!buyer && !users.mayHave(userId))
      diagnostics.warn(
        { ...at, field: 'userId' },
        'is of no account in users.json: the booking has no address',
      )
    sales.push({
      ...{ at, appId, eventId, currency },
      bookingId: await bookingIdOf(platform, seatId),
      owner: principal.pool(userId),
      buyerName: null,
      buyerEmail: buyer?.email ?? null,
      seat: { id: seatId, price },
      paymentId: null,
      paymentStatus: 'SUCCESS',
      createdAt: soldAt(doc, buyer, platform.now()),
      named: { event: eventId, seat: seatId, buyer: userId },
    })
  }
  return sales
}

function eventOf(
  file: string,
  seats: readonly Located<SeatDoc>[],
  { appId, eventId, currency }: TicketsOptions,
): LegacyEvent {
  const at = seats[0]?.at ?? { file, line: 1 }
  const inputs = seats.map(({ doc: { seatId, price, row, number, tier } }) => ({
    id: seatId,
    price,
    ...(row !== undefined && { row }),
    ...(number !== undefined && { number }),
    ...(tier !== undefined && { category: tier }),
  }))
  const nobodys = seats.filter(({ doc }) => doc.status === 'booked' && doc.userId == null)
  const blocked = new Set(nobodys.map(({ doc }) => doc.seatId))
  return { at, appId, eventId, name: eventId, currency, settings: ticketsHolds, seats: inputs, blocked }
}

/**
 * Reads `users.json` and `seats.json` of TicketS. User ids, the hashes of passwords, seat ids and sold seats are kept; a
 * seat that is booked by nobody known is blocked. Locks are not kept: they lasted five minutes. What is wrong with the
 * files is told to `diagnostics`, all of it; what cannot be used is not in the answer.
 */
export async function readTickets(reading: Reading, options: TicketsOptions): Promise<Legacy> {
  const { diagnostics, folder } = reading
  const file = join(folder, 'seats.json')
  const users = await readUsers(reading)
  const { docs: seats, isEmpty } = await readMongoexport(reading, 'seats', Seat(options.currency))
  if (isEmpty) diagnostics.fault({ file }, isNeeded)
  refuseRepeated(seats, diagnostics, 'seatId', ({ seatId }) => seatId, 'one place is one seat, take one out')
  return {
    apps: [],
    users: users.docs.map(({ doc }) => doc),
    events: [eventOf(file, seats, options)],
    sales: await salesOf(seats, users, reading, options),
    leftOut: [],
    mapped: [],
  }
}
