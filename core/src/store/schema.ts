import {
  AppId,
  BookingId,
  ChartFrame,
  Currency,
  EventId,
  GrantId,
  KeyKind,
  PaymentId,
  PaymentProvider,
  PaymentStatus,
  PricedSeat,
  Principal,
  RateLimits,
  SaleStatus,
  SeatId,
} from '@holdfast/contract'
import * as z from 'zod'
import { type Collection, collection } from './collection.ts'

/** ISO text of these years sorts as time does, which adapters without a date type rely on. */
const firstDate = new Date('0000-01-01T00:00:00.000Z')
const lastDate = new Date('9999-12-31T23:59:59.999Z')

/** A point in time. Adapters without a date type give it back as the ISO text they wrote. */
const date = () =>
  z.preprocess(
    (value) => (typeof value === 'string' ? new Date(value) : value),
    z.date().min(firstDate).max(lastDate),
  )

const AppDoc = z.object({
  appId: AppId,
  name: z.string(),
  active: z.boolean(),
  allowedOrigins: z.array(z.string()),
  allowNoOrigin: z.boolean(),
  paymentProvider: PaymentProvider,
  rateLimits: RateLimits,
  createdAt: date(),
})

/** An app key: only its bcrypt hash is kept. `keyId` is the readable part of the key, by which it is found. */
const KeyDoc = z.object({
  appId: AppId,
  keyId: z.string(),
  kind: KeyKind,
  hash: z.string(),
  createdAt: date(),
})

/** A user of the pool that all apps share (`appId` is `pool`). `email` is lower case. */
const UserDoc = z.object({
  appId: AppId,
  userId: z.string(),
  email: z.string(),
  name: z.string(),
  phone: z.string().nullable(),
  passwordHash: z.string(),
  active: z.boolean(),
  createdAt: date(),
})

/** `rev` counts changes of the event itself; `epoch` counts the builds of its inventory (0: never built). */
const EventDoc = z.object({
  appId: AppId,
  eventId: EventId,
  name: z.string(),
  currency: Currency,
  startsAt: date().nullable(),
  sale: SaleStatus,
  holdTtlMs: z.int(),
  holdLifetimeMs: z.int(),
  seatsHeldPerOwner: z.int(),
  rev: z.int(),
  epoch: z.int(),
  seatCount: z.int(),
  frame: ChartFrame.nullable(),
  createdAt: date(),
})

/**
 * `rev` counts every change; what carries a higher one is newer. `grantId` is the grant that sold the seat last,
 * kept after a cancellation. `index` is the seat's byte in the availability map and never changes.
 */
const SeatDoc = z.object({
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
const ReservationDoc = z.object({
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

/** `cursor` orders an owner's bookings: creation time, then id. */
const BookingDoc = z.object({
  appId: AppId,
  bookingId: BookingId,
  eventId: EventId,
  grantId: GrantId,
  owner: Principal,
  status: z.enum(['CONFIRMED', 'CANCELLED']),
  paymentStatus: PaymentStatus,
  provider: PaymentProvider,
  paymentId: PaymentId.nullable(),
  seats: z.array(PricedSeat),
  total: z.int(),
  currency: Currency,
  receipt: z.string(),
  cursor: z.string(),
  createdAt: date(),
})

/** Written before the provider is called, so that no authorisation is ever without a record. */
const PaymentDoc = z.object({
  appId: AppId,
  provider: PaymentProvider,
  paymentId: PaymentId,
  grantId: GrantId,
  amount: z.int(),
  currency: Currency,
  state: z.enum(['INTENT', 'AUTHORISED', 'PENDING', 'CAPTURED', 'DECLINED', 'CAPTURE_FAILED']),
  createdAt: date(),
})

/** A claimed Idempotency-Key and, once it is final, its reply. Every completion is conditional on `token`. */
const IdempotencyDoc = z.object({
  appId: AppId,
  owner: Principal,
  key: z.string(),
  fingerprint: z.string(),
  token: z.string(),
  status: z.enum(['CLAIMED', 'DONE']),
  claimedAt: date(),
  reply: z.object({ status: z.int(), body: z.string() }).nullable(),
  expiresAt: date(),
})

/** A poke: something must be brought in line with the store's truth, at least once. Rows of one `subject` run in order. */
const OutboxDoc = z.object({
  appId: AppId,
  rowId: z.string(),
  kind: z.enum(['settle', 'capture', 'apply']),
  eventId: EventId,
  /** The booking, or the event for `apply`. */
  subject: z.string(),
  status: z.enum(['READY', 'DONE']),
  attempts: z.int(),
  dueAt: date(),
  createdAt: date(),
  expiresAt: date().nullable(),
})

/** Who does a background job, until when; saves work and is never needed for safety (`appId` is `system`). */
const LeaseDoc = z.object({ appId: AppId, name: z.string(), holder: z.string(), until: date() })

/** How far the log of an event's inventory has been read into reservations. */
const CursorDoc = z.object({ appId: AppId, eventId: EventId, epoch: z.int(), ver: z.int() })

/** The collections, their keys and indexes: every adapter makes its database from this and from nothing else. */
export const collections = {
  apps: collection({ doc: AppDoc, key: ['appId'], indexes: {} }),
  keys: collection({
    doc: KeyDoc,
    key: ['appId', 'keyId'],
    indexes: { keyId: { fields: ['keyId'], unique: true } },
  }),
  users: collection({
    doc: UserDoc,
    key: ['appId', 'userId'],
    indexes: { email: { fields: ['appId', 'email'], unique: true } },
  }),
  events: collection({ doc: EventDoc, key: ['appId', 'eventId'], indexes: {} }),
  seats: collection({
    doc: SeatDoc,
    key: ['appId', 'eventId', 'seatId'],
    indexes: { index: { fields: ['appId', 'eventId', 'index'], unique: true } },
  }),
  reservations: collection({
    doc: ReservationDoc,
    key: ['appId', 'eventId', 'grantId'],
    indexes: { status: { fields: ['appId', 'eventId', 'status'] } },
  }),
  bookings: collection({
    doc: BookingDoc,
    key: ['appId', 'bookingId'],
    indexes: {
      grant: { fields: ['appId', 'eventId', 'grantId'], unique: true },
      owner: { fields: ['appId', 'owner', 'cursor'] },
      cursor: { fields: ['appId', 'cursor'] },
    },
  }),
  payments: collection({
    doc: PaymentDoc,
    key: ['appId', 'provider', 'paymentId'],
    indexes: { grant: { fields: ['appId', 'grantId'] } },
  }),
  idempotency: collection({
    doc: IdempotencyDoc,
    key: ['appId', 'owner', 'key'],
    indexes: {},
    expires: 'expiresAt',
  }),
  outbox: collection({
    doc: OutboxDoc,
    key: ['appId', 'rowId'],
    indexes: {
      due: { fields: ['status', 'dueAt'] },
      subject: { fields: ['appId', 'subject', 'status', 'rowId'] },
    },
    expires: 'expiresAt',
  }),
  leases: collection({ doc: LeaseDoc, key: ['appId', 'name'], indexes: {} }),
  cursors: collection({ doc: CursorDoc, key: ['appId', 'eventId'], indexes: {} }),
} as const

export type CollectionName = keyof typeof collections

/** The document type of each collection. */
export type Documents = { [Name in CollectionName]: z.infer<(typeof collections)[Name]['doc']> }

/** The fields of each collection's primary key, `appId` aside. */
export type KeyField<Name extends CollectionName> = Exclude<
  (typeof collections)[Name]['key'][number],
  'appId'
>

/** The collections, for code that is generic in their name. */
export const schema: { readonly [Name in CollectionName]: Collection<Documents[Name]> } = collections

/** For names that come from outside: an error's text, a file. */
export const isCollectionName = (name: string): name is CollectionName => Object.hasOwn(collections, name)

/** Every collection, in the order of the declaration. */
export const collectionNames: readonly CollectionName[] = Object.keys(collections).filter(isCollectionName)

export type SeatDoc = Documents['seats']
export type EventDoc = Documents['events']
export type BookingDoc = Documents['bookings']
export type OutboxDoc = Documents['outbox']
export type AppDoc = Documents['apps']
export type UserDoc = Documents['users']
