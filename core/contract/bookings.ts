import * as z from 'zod'
import { PricedSeat } from './holds.ts'
import { BookingId, EventId, PaymentId, SeatId } from './ids.ts'
import { pageSizeDefault, pageSizeMax } from './limits.ts'
import { Currency } from './money.ts'
import { CancellationTerms, ChargeLine } from './terms.ts'

export const PaymentStatus = z.enum(['PENDING', 'SUCCESS', 'FAILED'])
export type PaymentStatus = z.infer<typeof PaymentStatus>

/** A sale. `receipt` is a compact JWS that the keys at /.well-known/jwks.json verify. */
export const BookingView = z.object({
  id: BookingId,
  event: EventId,
  status: z.enum(['confirmed', 'cancelled']),
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
export const CompactJws = z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)

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

/** The query of every list. */
export const PageQuery = z.strictObject({
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9._~-]{1,200}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(pageSizeMax).default(pageSizeDefault),
})
export type PageQuery = z.infer<typeof PageQuery>

/** One page of bookings, newest first; `nextCursor` is absent on the last. */
export const BookingPage = z.object({ bookings: z.array(BookingView), nextCursor: z.string().optional() })
export type BookingPage = z.infer<typeof BookingPage>
