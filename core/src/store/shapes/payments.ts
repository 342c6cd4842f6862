/** Money: asked for, taken, and given back. */
import {
  AppId,
  BookingId,
  ChargeLine,
  Currency,
  EventId,
  GrantId,
  KeyKind,
  PaymentAccount,
  PaymentId,
  PaymentProvider,
  PricedSeat,
  Principal,
  RefundId,
} from '@holdfast/contract'
import * as z from 'zod'
import { date } from './date.ts'

/** When it may go: set where it comes to rest and no money came of it, taken away when there is work on it again. */
const gone = { expiresAt: date().nullable().default(null) }

/** When the work on it is due (null: it is at rest), and how often it was done in vain. */
const work = { dueAt: date().nullable(), attempts: z.int() }

/**
 * The payment that was ordered for a grant: one, whatever is asked how often. `checkout` is what the provider gave for
 * the buyer's page, so that it is asked once; `declined` counts confirms. Either is null where an older core wrote it.
 */
export const OrderShape = z.object({
  appId: AppId,
  eventId: EventId,
  grantId: GrantId,
  provider: PaymentProvider,
  account: PaymentAccount,
  paymentId: PaymentId,
  checkout: z
    .object({ keyId: z.string().exactOptional(), clientSecret: z.string().exactOptional() })
    .nullable()
    .default(null),
  declined: z.int().nullable().default(null),
  createdAt: date(),
  ...gone,
})

/**
 * Written before the provider is called, so that no authorisation is ever without a record. It is work for repair until
 * what the provider has agrees with what was decided of the grant. INTENT: nobody has paid, as far as we know.
 * `amount` is what the grant costs; `captured` what was taken, 0 before. `cursor` orders payments by age.
 */
export const PaymentShape = z.object({
  appId: AppId,
  provider: PaymentProvider,
  account: PaymentAccount,
  paymentId: PaymentId,
  eventId: EventId,
  grantId: GrantId,
  owner: Principal,
  kind: KeyKind,
  seats: z.array(PricedSeat),
  /** Of its order; null when nothing was ordered. */
  reference: z.string().nullable(),
  amount: z.int(),
  captured: z.int(),
  currency: Currency,
  state: z.enum(['INTENT', 'AUTHORISED', 'PENDING', 'CAPTURED', 'DECLINED', 'VOIDED', 'CAPTURE_FAILED']),
  ...work,
  cursor: z.string(),
  createdAt: date(),
  ...gone,
})

/** Money to be given back: work for repair until the provider has done it. OWED: the app does it itself. */
export const RefundShape = z.object({
  appId: AppId,
  refundId: RefundId,
  provider: PaymentProvider,
  account: PaymentAccount,
  paymentId: PaymentId,
  bookingId: BookingId.nullable(),
  owner: Principal,
  amount: z.int(),
  currency: Currency,
  reason: z.enum(['cancelled', 'unused', 'provider']),
  state: z.enum(['PENDING', 'DONE', 'FAILED', 'OWED']),
  ...work,
  createdAt: date(),
})

/**
 * The end of a booking, or of some of its seats: `n` counts those of a booking from 1. What was given back and what was
 * kept add up to what the seats cost. `refundId` is null when there was nothing to give back.
 */
export const CancellationShape = z.object({
  appId: AppId,
  bookingId: BookingId,
  n: z.int(),
  eventId: EventId,
  by: z.enum(['owner', 'app', 'provider']),
  seats: z.array(PricedSeat),
  refund: z.int(),
  retained: z.int(),
  currency: Currency,
  /** The fees and taxes in the refund. */
  charges: z.array(ChargeLine).default([]),
  refundId: RefundId.nullable(),
  receipt: z.string(),
  createdAt: date(),
})

/** What a provider told and was done: told again, nothing is done. */
export const ProviderEventShape = z.object({
  appId: AppId,
  provider: PaymentProvider,
  account: PaymentAccount,
  providerEventId: z.string(),
  expiresAt: date(),
})
