/** What is sold, to whom it was granted, and who has it. */
import {
  AppId,
  BookingId,
  CancellationTerms,
  Charges,
  ChartFrame,
  Currency,
  Domain,
  EventId,
  GrantId,
  HoldSettings,
  PaymentAccount,
  PaymentId,
  PaymentProvider,
  PaymentStatus,
  PricedSeat,
  Principal,
  SaleStatus,
  SeatId,
} from '@holdfast/contract'
import * as z from 'zod'
import { date } from './date.ts'

/**
 * `rev` counts changes of the event itself; `epoch` counts the builds of its inventory (0: never built), and the build of
 * it that is under way began at `buildingSince`. `restsSince`: its sale is closed and nothing of it is due, so repair
 * passes it over.
 */
export const EventShape = z.object({
  appId: AppId,
  eventId: EventId,
  name: z.string(),
  currency: Currency,
  domain: Domain,
  startsAt: date().nullable(),
  sale: SaleStatus,
  onSaleAt: date().nullable(),
  offSaleAt: date().nullable(),
  charges: Charges.default([]),
  cancellation: CancellationTerms.nullable().default(null),
  ...HoldSettings.shape,
  rev: z.int(),
  epoch: z.int(),
  buildingSince: date().nullable().default(null),
  restsSince: date().nullable().default(null),
  seatCount: z.int(),
  frame: ChartFrame.nullable(),
  createdAt: date(),
})

/**
 * `rev` counts every change; what carries a higher one is newer. `grantId` is the grant that sold the seat last,
 * kept after a cancellation. `index` is the seat's byte in the availability map and never changes.
 */
export const SeatShape = z.object({
  appId: AppId,
  eventId: EventId,
  seatId: SeatId,
  index: z.int(),
  rev: z.int(),
  price: z.int(),
  state: z.enum(['AVAILABLE', 'BOOKED']),
  blocked: z.boolean(),
  grantId: GrantId.nullable(),
  bookingId: BookingId.nullable(),
  category: z.string().nullable(),
  section: z.string().nullable(),
  row: z.string().nullable(),
  number: z.string().nullable(),
  x: z.number().nullable(),
  y: z.number().nullable(),
  accessible: z.boolean(),
})

/** The durable record of a grant; ACTIVE until it is decided, once. */
export const ReservationShape = z.object({
  appId: AppId,
  eventId: EventId,
  grantId: GrantId,
  owner: Principal.nullable(),
  status: z.enum(['ACTIVE', 'CONFIRMED', 'EXPIRED', 'RELEASED']),
  seats: z.array(PricedSeat),
  until: date().nullable(),
  bookingId: BookingId.nullable(),
  createdAt: date(),
})

/** What a booking was sold on: the charges in its prices, and how its buyer may cancel, counted from the start as it was. */
const SaleTerms = z.object({
  charges: Charges,
  cancellation: CancellationTerms.nullable(),
  startsAt: date().nullable(),
})

/** `cursor` orders bookings: creation time, then id. The buyer's name and address are what they were that day. */
export const BookingShape = z.object({
  appId: AppId,
  domain: Domain,
  bookingId: BookingId,
  eventId: EventId,
  grantId: GrantId,
  owner: Principal,
  buyerName: z.string().nullable(),
  buyerEmail: z.string().nullable(),
  status: z.enum(['CONFIRMED', 'CANCELLED']),
  paymentStatus: PaymentStatus,
  provider: PaymentProvider,
  account: PaymentAccount,
  paymentId: PaymentId.nullable(),
  seats: z.array(PricedSeat),
  /** Those of them that were given back since. */
  cancelled: z.array(SeatId),
  /** How many cancellations there were: what the next one is conditional on. */
  cancellations: z.int(),
  total: z.int(),
  /** What of the total was not given back. */
  retained: z.int(),
  currency: Currency,
  terms: SaleTerms.default({ charges: [], cancellation: null, startsAt: null }),
  receipt: z.string(),
  cursor: z.string(),
  createdAt: date(),
})
