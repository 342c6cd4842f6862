import {
  type AppId,
  BookingId,
  Email,
  type EventId,
  minorUnitsOf,
  PaymentId,
  principal,
  SeatId,
} from '@holdfast/contract'
import * as z from 'zod'
import { type Legacy, LegacyError, type LegacySale } from './legacy.ts'
import { Amount, Hash, Id, readMongoexport, When } from './mongoexport.ts'
import { userOf } from './unified.ts'

const User = z.object({
  _id: Id,
  email: Email,
  name: z.string().default(''),
  phone: z.string().nullish(),
  password: Hash,
  isActive: z.boolean().default(true),
  createdAt: When.default(new Date(0)),
})

const Label = z.union([z.string().min(1), z.int()]).transform(String)

const Seat = z.object({
  id: Label.pipe(SeatId),
  row: Label.optional(),
  number: Label.optional(),
  tier: Label.optional(),
  price: Amount,
  status: z.enum(['available', 'locked', 'booked']).default('available'),
  bookedBy: Id.nullish(),
  bookedAt: When.nullish(),
  txId: z.string().nullish(),
})

/** TicketS sells one event of one app, whatever they are called here. */
export interface TicketsOptions {
  readonly appId: AppId
  readonly eventId: EventId
  readonly currency: string
}

function priceOf({ id, price }: z.output<typeof Seat>, currency: string): number {
  const minor = minorUnitsOf(price, currency)
  if (minor === null)
    throw new LegacyError(`the seat ${id} costs ${price}, which is no amount of ${currency}`)
  return minor
}

/** A sold seat is its own booking there, known by the transaction that paid for it. */
function saleOf(
  seat: z.output<typeof Seat>,
  emails: ReadonlyMap<string, string>,
  options: TicketsOptions,
): LegacySale[] {
  const { id, status, bookedBy, bookedAt, txId } = seat
  if (status !== 'booked' || !bookedBy) return []
  const payment = PaymentId.safeParse(txId)
  return [
    {
      appId: options.appId,
      eventId: options.eventId,
      bookingId: BookingId.parse(`TK-${id}`.slice(0, 64)),
      owner: principal.pool(bookedBy),
      buyerName: null,
      buyerEmail: emails.get(bookedBy) ?? null,
      seat: { id, price: priceOf(seat, options.currency) },
      paymentId: payment.success ? payment.data : null,
      paymentStatus: 'SUCCESS',
      createdAt: bookedAt ?? new Date(0),
    },
  ]
}

/**
 * Reads `users.json` and `seats.json` of TicketS. User ids, the hashes of passwords, seat ids and sold seats are kept;
 * a seat that is booked by nobody known is blocked. Locks are not kept: they lasted five minutes.
 * @throws LegacyError by file and line, or by what does not fit together.
 */
export async function readTickets(folder: string, options: TicketsOptions): Promise<Legacy> {
  const users = (await readMongoexport(folder, 'users', User)).map(userOf)
  const seats = await readMongoexport(folder, 'seats', Seat)
  if (seats.length === 0) throw new LegacyError(`${folder} has no seats.json, or an empty one`)
  const emails = new Map(users.map(({ userId, email }) => [userId, email]))
  const { appId, eventId, currency } = options
  const event = {
    appId,
    eventId,
    name: eventId,
    currency,
    seats: seats.map((seat) => ({
      id: seat.id,
      price: priceOf(seat, currency),
      ...(seat.row !== undefined && { row: seat.row }),
      ...(seat.number !== undefined && { number: seat.number }),
      ...(seat.tier !== undefined && { category: seat.tier }),
    })),
    blocked: seats.filter(({ status, bookedBy }) => status === 'booked' && !bookedBy).map(({ id }) => id),
  }
  return { apps: [], users, events: [event], sales: seats.flatMap((seat) => saleOf(seat, emails, options)) }
}
