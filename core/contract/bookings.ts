import * as z from 'zod'
import { PricedSeat } from './holds.ts'
import { BookingId, EventId, GrantId, PaymentId, SeatId } from './ids.ts'
import { Currency } from './money.ts'
import { patterns } from './patterns.ts'
import { CancellationTerms, ChargeLine } from './terms.ts'

export const PaymentStatus = z.enum(['PENDING', 'SUCCESS', 'FAILED'])
export type PaymentStatus = z.infer<typeof PaymentStatus>

/**
 * Whether a booking lets somebody in: `pending` until its payment has come, `void` when that came to nothing or all of it was
 * cancelled. `status` says of a failed payment `confirmed`, as it always did.
 */
export const Ticket = z.enum(['valid', 'pending', 'void'])
export type Ticket = z.infer<typeof Ticket>

/** A sale. `receipt` is a compact JWS that the keys at /.well-known/jwks.json verify. */
export const BookingView = z.object({
  id: BookingId,
  event: EventId,
  /** The hold that became it. */
  hold: GrantId.optional(),
  status: z.enum(['confirmed', 'cancelled']),
  /** Good from `valid` on. Absent: an older core has answered. */
  ticket: Ticket.optional(),
  payment: z.object({ status: PaymentStatus, id: PaymentId.nullable() }),
  seats: z.array(PricedSeat),
  /** Those of them that were given back since; all of them when the booking is cancelled. */
  cancelled: z.array(SeatId),
  total: z.int(),
  /** What of the total was not given back. */
  retained: z.int(),
  currency: Currency,
  /** The fees and taxes in the total. */
  charges: z.array(ChargeLine),
  /** How the buyer may cancel, as it was sold; null: only the app can. */
  cancellation: CancellationTerms.nullable(),
  createdAt: z.iso.datetime(),
  receipt: z.string(),
})
export type BookingView = z.infer<typeof BookingView>

/** A compact JWS: a receipt, as it is signed, kept and shown. */
export const CompactJws = z.string().regex(patterns.compactJws)

/** What a receipt says, under EdDSA. */
export const ReceiptClaims = z.object({
  iss: z.string(),
  iat: z.int(),
  sub: z.string(),
  app: z.string(),
  booking: BookingId,
  event: EventId,
  seats: z.array(PricedSeat),
  total: z.int(),
  currency: Currency,
  charges: z.array(ChargeLine),
  payment: PaymentId.nullable(),
})
export type ReceiptClaims = z.infer<typeof ReceiptClaims>

/** GET /.well-known/jwks.json: the keys that verify receipts. What else were in one would not be told. */
export const PublicKeys = z.object({
  keys: z.array(
    z.object({
      kty: z.literal('OKP'),
      crv: z.string(),
      x: z.string(),
      kid: z.string(),
      alg: z.string(),
      use: z.literal('sig'),
    }),
  ),
})
export type PublicKeys = z.infer<typeof PublicKeys>

/** One page of bookings, newest first; `nextCursor` is absent on the last. */
export const BookingPage = z.object({ bookings: z.array(BookingView), nextCursor: z.string().optional() })
export type BookingPage = z.infer<typeof BookingPage>
