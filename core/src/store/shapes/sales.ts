/** What is sold, to whom it was granted, and who has it. */
import {
  AppId,
  BlockedBy,
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
  seatsBookedPerOwner: z.int().nullable().default(null),
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
 * kept after a cancellation. `blockedBy` says who alone puts a blocked seat back on sale beside the organiser.
 * `index` is the seat's byte in the availability map and never changes. `metadata` is the
 * organiser's JSON, as text, so that no key of it is ever read as an operator. `guid` is what the plan that the seat is of
 * calls it; null: it was described without one, or by an older core. `sectionNth` and `rowNth` tell sections, and rows of one,
 * apart that have the same name on the plan, from 0.
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
  blockedBy: BlockedBy.nullable().default(null),
  grantId: GrantId.nullable(),
  bookingId: BookingId.nullable(),
  category: z.string().nullable(),
  section: z.string().nullable(),
  row: z.string().nullable(),
  number: z.string().nullable(),
  x: z.number().nullable(),
  y: z.number().nullable(),
  accessible: z.boolean(),
  metadata: z.string().nullable().default(null),
  guid: z.string().nullable().default(null),
  sectionNth: z.int().default(0),
  rowNth: z.int().default(0),
})

/**
 * The durable record of a grant; ACTIVE until it is decided, once. `expiresAt` is written by the transaction that decides
 * against it, and by no other: what is open, or sold, never has one, nor has what an older core decided.
 */
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
  expiresAt: date().nullable().default(null),
})

/** What a booking was sold on: the charges in its prices, how its buyer may cancel, and when its event was to start. */
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
  /** The guest that it was sold to, whom its receipt names, where its owner is the account that the guest became. */
  soldTo: Principal.nullable().default(null),
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

/**
 * What a limit has counted of one `subject` until `expiresAt`: of the digest of an address the units of its free bookings,
 * of an owner in an event how often they booked. An older core left counts that never expire; nobody reads them.
 */
export const TallyShape = z.object({
  appId: AppId,
  subject: z.string(),
  units: z.int(),
  expiresAt: date().nullable(),
})
