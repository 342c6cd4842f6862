import {
  AppId,
  BookingId,
  BookingNoticeType,
  BotMode,
  CancellationTerms,
  ChargeLine,
  Charges,
  ChartFrame,
  Currency,
  DeliveryId,
  Domain,
  EndpointId,
  EventDefaults,
  EventId,
  GrantId,
  HoldSettings,
  IssuedKind,
  KeyKind,
  NoticeType,
  PaymentAccount,
  PaymentId,
  PaymentProvider,
  PaymentStatus,
  PricedSeat,
  Principal,
  RateLimits,
  RefundId,
  SaleStatus,
  SeatId,
  WantedNotice,
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

/** `metadata` is JSON text, so that no key of it is ever read as an operator. `cursor` orders apps by their age. */
const AppDoc = z.object({
  appId: AppId,
  name: z.string(),
  domain: Domain,
  active: z.boolean(),
  allowedOrigins: z.array(z.string()),
  allowedDomains: z.array(z.string()),
  allowNoOrigin: z.boolean(),
  paymentProvider: PaymentProvider,
  paymentAccount: PaymentAccount,
  botMode: BotMode,
  rateLimits: RateLimits,
  eventDefaults: EventDefaults,
  browserVouching: z.boolean(),
  metadata: z.string(),
  cursor: z.string(),
  createdAt: date(),
})

/**
 * An app key: only its bcrypt hash is kept. `keyId` is the readable part of the key, by which it is found; a legacy
 * key has none in it and is found by its app. It works until `expiresAt`; null means until it is rotated.
 */
const KeyDoc = z.object({
  appId: AppId,
  keyId: z.string(),
  kind: IssuedKind,
  hash: z.string(),
  expiresAt: date().nullable(),
  createdAt: date(),
})

/** A user of the pool that all apps share (`appId` is `pool`). `email` is lower case; `cursor` orders by age. */
const UserDoc = z.object({
  appId: AppId,
  userId: z.string(),
  email: z.string(),
  name: z.string(),
  phone: z.string().nullable(),
  passwordHash: z.string(),
  active: z.boolean(),
  deactivatedAt: date().nullable(),
  cursor: z.string(),
  createdAt: date(),
})

/** Failed logins of one `subject` (the digest of an account, or of an account and an address) and what they cost. */
const AttemptDoc = z.object({
  appId: AppId,
  subject: z.string(),
  failures: z.int(),
  nextAt: date(),
  expiresAt: date(),
})

/**
 * One-time codes of one address (`subject` is its digest): only the hash of the last is kept, or null where the mail
 * had none. `sends` counts them until `expiresAt`; the last is good until `goodUntil`, for a few guesses.
 */
const CodeDoc = z.object({
  appId: AppId,
  subject: z.string(),
  hash: z.string().nullable(),
  guesses: z.int(),
  goodUntil: date(),
  sends: z.int(),
  expiresAt: date(),
})

/**
 * `rev` counts changes of the event itself; `epoch` counts the builds of its inventory (0: never built), and the build of
 * it that is under way began at `buildingSince`. `restsSince`: its sale is closed and nothing of it is due, so repair
 * passes it over.
 */
const EventDoc = z.object({
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

/** What a booking was sold on: the charges in its prices, and how its buyer may cancel, counted from the start as it was. */
const SaleTerms = z.object({
  charges: Charges,
  cancellation: CancellationTerms.nullable(),
  startsAt: date().nullable(),
})

/** `cursor` orders bookings: creation time, then id. The buyer's name and address are what they were that day. */
const BookingDoc = z.object({
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

/** When the work on it is due (null: it is at rest), and how often it was done in vain. */
const work = { dueAt: date().nullable(), attempts: z.int() }

/** The payment that was ordered for a grant: one, whatever is asked how often. */
const OrderDoc = z.object({
  appId: AppId,
  eventId: EventId,
  grantId: GrantId,
  provider: PaymentProvider,
  account: PaymentAccount,
  paymentId: PaymentId,
  createdAt: date(),
})

/**
 * Written before the provider is called, so that no authorisation is ever without a record. It is work for repair until
 * what the provider has agrees with what was decided of the grant. INTENT: nobody has paid, as far as we know.
 * `amount` is what the grant costs; `captured` what was taken, 0 before. `cursor` orders payments by age.
 */
const PaymentDoc = z.object({
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
})

/** Money to be given back: work for repair until the provider has done it. OWED: the app does it itself. */
const RefundDoc = z.object({
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
const CancellationDoc = z.object({
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
const ProviderEventDoc = z.object({
  appId: AppId,
  provider: PaymentProvider,
  account: PaymentAccount,
  providerEventId: z.string(),
  expiresAt: date(),
})

/**
 * A claimed Idempotency-Key and, once it is final, its reply. Every completion is conditional on `token`. `about` is what
 * a confirm asked for, so that repair can tell what became of it.
 */
const IdempotencyDoc = z.object({
  appId: AppId,
  owner: Principal,
  key: z.string(),
  fingerprint: z.string(),
  token: z.string(),
  status: z.enum(['CLAIMED', 'DONE']),
  claimedAt: date(),
  about: z
    .object({ eventId: EventId, grantId: GrantId, paymentId: PaymentId.nullable() })
    .nullable()
    .default(null),
  reply: z.object({ status: z.int(), body: z.string() }).nullable(),
  expiresAt: date(),
})

/** What a receipt proves. */
const ProofKind = z.enum(['booking', 'cancellation'])

/**
 * One link of an app's chain of receipts, which only grows: `digest` is over all other fields, the digest of the
 * link before among them. Digests are SHA-256 in base64url.
 */
const ChainDoc = z.object({
  appId: AppId,
  n: z.int(),
  kind: ProofKind,
  bookingId: BookingId,
  receiptDigest: z.string(),
  prevDigest: z.string(),
  digest: z.string(),
  createdAt: date(),
})

/** A poke: something must be brought in line with the store's truth, at least once. Rows of one `subject` run in order. */
const OutboxDoc = z.object({
  appId: AppId,
  rowId: z.string(),
  kind: z.enum(['settle', 'apply', 'receipt', 'webhook']),
  eventId: EventId,
  /** The booking, the event for `apply`, or the app's chain for `receipt`. */
  subject: z.string(),
  /** Of `receipt`: what the chain gets. Carried whole, so that the chain has what was signed at the commit. */
  proof: z.object({ kind: ProofKind, bookingId: BookingId, receipt: z.string() }).nullable().default(null),
  /** Of `webhook`: what the app is told of the booking. `n` is the cancellation that it tells of. */
  notice: z
    .object({ type: BookingNoticeType, n: z.int().nullable(), refundId: RefundId.nullable() })
    .nullable()
    .default(null),
  /** Of `apply`: the seats that changed beside the event's settings. */
  seats: z.array(SeatId),
  /** DEAD: tried too often; kept, and not tried again by itself. */
  status: z.enum(['READY', 'DONE', 'DEAD']),
  attempts: z.int(),
  dueAt: date(),
  createdAt: date(),
  expiresAt: date().nullable(),
})

/**
 * Where an app is told what happened. `secrets` are the newest first; the others sign until their time is over. `dueAt`
 * is when its queue is looked at next (null: nothing waits in it), `wakes` counts what was put into it, so that a look
 * that found it empty does not put a newer one to sleep. `failures` counts those in a row, since `failingSince`.
 */
const EndpointDoc = z.object({
  appId: AppId,
  endpointId: EndpointId,
  url: z.string(),
  events: z.array(WantedNotice),
  status: z.enum(['ACTIVE', 'OFF', 'DISABLED']),
  secrets: z.array(z.object({ text: z.string(), until: date().nullable() })).min(1),
  dueAt: date().nullable(),
  wakes: z.int(),
  failures: z.int(),
  failingSince: date().nullable(),
  createdAt: date(),
})

/**
 * One message to one endpoint: `payload` is what is sent, as text, the same in every attempt. `dueAt` is its next
 * attempt, or the end of the one that is under way. `cursor` orders deliveries by age.
 */
const DeliveryDoc = z.object({
  appId: AppId,
  deliveryId: DeliveryId,
  endpointId: EndpointId,
  type: NoticeType,
  payload: z.string(),
  status: z.enum(['PENDING', 'DELIVERED', 'FAILED']),
  attempts: z.int(),
  dueAt: date().nullable(),
  giveUpAt: date(),
  lastStatus: z.int().nullable(),
  lastAttemptAt: date().nullable(),
  cursor: z.string(),
  createdAt: date(),
  expiresAt: date(),
})

/** What the holder of a lease tells of itself: where it runs, since when it has the lease, and its last rounds. */
const Standing = z.object({
  host: z.string(),
  since: date(),
  rounds: z.array(
    z.object({ name: z.string(), endedAt: date(), tookMs: z.int(), count: z.int(), failures: z.int() }),
  ),
})

/** Who does a background job, until when; saves work and is never needed for safety (`appId` is `system`). */
const LeaseDoc = z.object({
  appId: AppId,
  name: z.string(),
  holder: z.string(),
  until: date(),
  standing: Standing.nullable().default(null),
})

/**
 * How far the log of an event's inventory has been read into reservations. `tail` names the last entry that was read
 * (null: none of this version was), so that a Redis that lost it is found out; `losses` counts how often one was.
 */
const CursorDoc = z.object({
  appId: AppId,
  eventId: EventId,
  epoch: z.int(),
  ver: z.int(),
  tail: z.string().nullable().default(null),
  losses: z.int().default(0),
})

/**
 * The last comparison of an event's inventory with the store; `mended` counts the seats that differed in all of them,
 * and `mendedAt` is when some did last. For the operator: nothing is decided by it.
 */
const CheckDoc = z.object({
  appId: AppId,
  eventId: EventId,
  checkedAt: date(),
  differing: z.int(),
  lacked: z.array(z.string()),
  mended: z.int(),
  mendedAt: date().nullable(),
})

/** The last import into this store (`appId` is `system`). */
const ImportDoc = z.object({
  appId: AppId,
  name: z.literal('store'),
  digest: z.string(),
  status: z.enum(['RUNNING', 'DONE']),
  startedAt: date(),
})

/** The collections, their keys and indexes: every adapter makes its database from this and from nothing else. */
export const collections = {
  apps: collection({
    doc: AppDoc,
    key: ['appId'],
    indexes: {
      cursor: { fields: ['cursor'] },
      domain: { fields: ['domain', 'cursor'] },
      active: { fields: ['active', 'cursor'] },
    },
  }),
  keys: collection({
    doc: KeyDoc,
    key: ['appId', 'keyId'],
    indexes: { keyId: { fields: ['keyId'], unique: true } },
    expires: 'expiresAt',
  }),
  users: collection({
    doc: UserDoc,
    key: ['appId', 'userId'],
    indexes: {
      email: { fields: ['appId', 'email'], unique: true },
      cursor: { fields: ['appId', 'cursor'] },
      active: { fields: ['appId', 'active', 'cursor'] },
      deactivated: { fields: ['appId', 'active', 'deactivatedAt'] },
    },
  }),
  attempts: collection({
    doc: AttemptDoc,
    key: ['appId', 'subject'],
    indexes: {},
    expires: 'expiresAt',
  }),
  codes: collection({
    doc: CodeDoc,
    key: ['appId', 'subject'],
    indexes: {},
    expires: 'expiresAt',
  }),
  events: collection({
    doc: EventDoc,
    key: ['appId', 'eventId'],
    indexes: { rests: { fields: ['restsSince'] } },
  }),
  seats: collection({
    doc: SeatDoc,
    key: ['appId', 'eventId', 'seatId'],
    indexes: {
      index: { fields: ['appId', 'eventId', 'index'], unique: true },
      // For a seat that is named without its event.
      seat: { fields: ['appId', 'seatId'] },
      // What is sold of each event, over all apps, without reading a seat. Not the app first: the sale of a seat must
      // find it by its key, and not by the state that it asks for.
      state: { fields: ['state', 'blocked', 'appId', 'eventId'] },
    },
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
      // What the admin lists: newest first, over all apps or of one event.
      newest: { fields: ['cursor'] },
      domain: { fields: ['domain', 'cursor'] },
      event: { fields: ['appId', 'eventId', 'cursor'] },
      buyer: { fields: ['owner', 'cursor'] },
      status: { fields: ['status', 'cursor'] },
      payment: { fields: ['paymentStatus', 'cursor'] },
      // Grouped as the dashboard wants it and with the sum, so that no booking is read for the numbers of all.
      revenue: { fields: ['currency', 'status', 'paymentStatus', 'retained'] },
    },
  }),
  payments: collection({
    doc: PaymentDoc,
    key: ['appId', 'provider', 'account', 'paymentId'],
    indexes: {
      grant: { fields: ['appId', 'eventId', 'grantId'] },
      due: { fields: ['dueAt'] },
      attempts: { fields: ['attempts', 'cursor'] },
      cursor: { fields: ['cursor'] },
      app: { fields: ['appId', 'cursor'] },
      // A provider's event says nothing of apps.
      payment: { fields: ['provider', 'account', 'paymentId'] },
    },
  }),
  orders: collection({ doc: OrderDoc, key: ['appId', 'eventId', 'grantId'], indexes: {} }),
  refunds: collection({
    doc: RefundDoc,
    key: ['appId', 'refundId'],
    indexes: {
      due: { fields: ['dueAt'] },
      state: { fields: ['state', 'createdAt'] },
      payment: { fields: ['appId', 'provider', 'account', 'paymentId'] },
      booking: { fields: ['appId', 'bookingId'] },
    },
  }),
  cancellations: collection({ doc: CancellationDoc, key: ['appId', 'bookingId', 'n'], indexes: {} }),
  providerEvents: collection({
    doc: ProviderEventDoc,
    key: ['appId', 'provider', 'account', 'providerEventId'],
    indexes: {},
    expires: 'expiresAt',
  }),
  idempotency: collection({
    doc: IdempotencyDoc,
    key: ['appId', 'owner', 'key'],
    indexes: { claimed: { fields: ['status', 'claimedAt'] } },
    expires: 'expiresAt',
  }),
  outbox: collection({
    doc: OutboxDoc,
    key: ['appId', 'rowId'],
    indexes: {
      open: { fields: ['status', 'kind', 'dueAt'] },
      subject: { fields: ['appId', 'subject', 'status', 'rowId'] },
      // What the admin lists: row ids begin with their time.
      status: { fields: ['status', 'rowId'] },
    },
    expires: 'expiresAt',
  }),
  chain: collection({
    doc: ChainDoc,
    key: ['appId', 'n'],
    indexes: { receipt: { fields: ['appId', 'receiptDigest'], unique: true } },
  }),
  endpoints: collection({
    doc: EndpointDoc,
    key: ['appId', 'endpointId'],
    indexes: { due: { fields: ['status', 'dueAt'] } },
  }),
  deliveries: collection({
    doc: DeliveryDoc,
    key: ['appId', 'deliveryId'],
    indexes: {
      due: { fields: ['appId', 'endpointId', 'status', 'dueAt'] },
      log: { fields: ['appId', 'endpointId', 'cursor'] },
    },
    expires: 'expiresAt',
  }),
  leases: collection({ doc: LeaseDoc, key: ['appId', 'name'], indexes: {} }),
  imports: collection({ doc: ImportDoc, key: ['appId', 'name'], indexes: {} }),
  cursors: collection({ doc: CursorDoc, key: ['appId', 'eventId'], indexes: {} }),
  checks: collection({ doc: CheckDoc, key: ['appId', 'eventId'], indexes: {} }),
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
export type ChainDoc = Documents['chain']
export type PaymentDoc = Documents['payments']
export type RefundDoc = Documents['refunds']
export type CancellationDoc = Documents['cancellations']
export type AppDoc = Documents['apps']
export type UserDoc = Documents['users']
export type KeyDoc = Documents['keys']
export type EndpointDoc = Documents['endpoints']
export type DeliveryDoc = Documents['deliveries']
