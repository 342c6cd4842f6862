import type { BookingId, PaymentId } from '@holdfast/contract'

/** What a payment must cover. `amount` is in minor units. */
export interface Charge {
  readonly paymentId: PaymentId
  readonly amount: number
  readonly currency: string
}

/**
 * What the provider says of a payment: the money is here, reserved, on its way, refused, or nobody knows.
 */
export type Authorisation = 'captured' | 'authorised' | 'pending' | 'declined' | 'unknown'
export type Capture = 'captured' | 'refused' | 'unknown'

/**
 * A payment provider.
 *
 * Both calls are safe to repeat: the provider knows a payment by its id and a capture by the booking. A fault or
 * a missed deadline is the answer `unknown`, never an exception, and never a refusal.
 */
export interface Payments {
  /** Asks whether the payment covers the charge; reserves the money where the provider works that way. */
  authorise(charge: Charge, budgetMs: number): Promise<Authorisation>
  /** Takes reserved money for a booking that is committed. */
  capture(charge: Charge, bookingId: BookingId, budgetMs: number): Promise<Capture>
}
