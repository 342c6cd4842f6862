import * as z from 'zod'
import { BookingView } from './bookings.ts'
import { PricedSeat } from './holds.ts'
import { BookingId, EventId, PaymentId, RefundId, SeatId } from './ids.ts'
import { seatsPerHoldMax } from './limits.ts'
import { Currency } from './money.ts'
import { ChargeLine } from './terms.ts'

/**
 * POST /v1/bookings/{b}/cancel and /cancel/preview: all seats, or some of them. What a buyer gets back is what the
 * policy said when they bought; the app's server may say otherwise, and gives back everything when it says nothing.
 */
export const CancelRequest = z.strictObject({
  seats: z
    .array(SeatId)
    .min(1)
    .max(seatsPerHoldMax)
    .refine((seats) => new Set(seats).size === seats.length, 'names a seat twice')
    .optional(),
  refund: z.enum(['policy', 'full', 'none']).optional(),
})
export type CancelRequest = z.infer<typeof CancelRequest>

/** What the edge sends to core to cancel. */
export const CancelCommand = z.object({ idempotencyKey: z.string().min(1), request: CancelRequest })
export type CancelCommand = z.infer<typeof CancelCommand>

/**
 * What a cancellation would come to now: `refund` + `retained` is what the seats cost. A provider gives back sums of its own
 * steps: where the amount that is due is none of them, `refund` is the next that is, and `rounding` says by how much more.
 */
export const CancelPreview = z.object({
  booking: BookingId,
  seats: z.array(PricedSeat),
  refund: z.int(),
  retained: z.int(),
  rounding: z.int().optional(),
  currency: Currency,
  /** The fees and taxes in the refund. */
  charges: z.array(ChargeLine),
})
export type CancelPreview = z.infer<typeof CancelPreview>

/** What a cancellation came to. `receipt` is a compact JWS, as the booking's is. */
export const CancellationView = CancelPreview.extend({
  n: z.int(),
  refundId: RefundId.nullable(),
  receipt: z.string(),
  createdAt: z.iso.datetime(),
})
export type CancellationView = z.infer<typeof CancellationView>

/** The booking after a cancellation, and the cancellation. */
export const CancelReply = z.object({ booking: BookingView, cancellation: CancellationView })
export type CancelReply = z.infer<typeof CancelReply>

/** What the proof of a cancellation says, under EdDSA. */
export const CancellationClaims = z.object({
  iss: z.string(),
  iat: z.int(),
  sub: z.string(),
  app: z.string(),
  booking: BookingId,
  event: EventId,
  n: z.int(),
  cancelled: z.array(PricedSeat),
  refund: z.int(),
  retained: z.int(),
  currency: Currency,
  charges: z.array(ChargeLine),
  payment: PaymentId.nullable(),
})
export type CancellationClaims = z.infer<typeof CancellationClaims>
