import type * as z from 'zod'
import { type Collection, collection } from './collection.ts'
import {
  AppShape,
  AttemptShape,
  CodeShape,
  ErasureShape,
  GuestMergeShape,
  KeyShape,
  KnownClientsShape,
  RevocationShape,
  SessionShape,
  UserShape,
} from './shapes/accounts.ts'
import { EndedSessionShape, UsedCodeShape } from './shapes/administration.ts'
import { AuditEntryShape } from './shapes/audit-log.ts'
import { CheckShape, CursorShape, ImportShape, LeaseShape, MetaShape } from './shapes/background.ts'
import {
  CancellationShape,
  OrderShape,
  PaymentShape,
  ProviderEventShape,
  RefundShape,
} from './shapes/payments.ts'
import { ChainShape, DeliveryShape, EndpointShape, IdempotencyShape, OutboxShape } from './shapes/promises.ts'
import { BookingShape, EventShape, ReservationShape, SeatShape, TallyShape } from './shapes/sales.ts'

/** The collections, their keys and indexes: every adapter makes its database from this and from nothing else. */
export const collections = {
  meta: collection({ doc: MetaShape, key: ['appId', 'name'], indexes: {} }),
  apps: collection({
    doc: AppShape,
    key: ['appId'],
    indexes: {
      cursor: { fields: ['cursor'] },
      domain: { fields: ['domain', 'cursor'] },
      active: { fields: ['active', 'cursor'] },
      kept: { fields: ['buyersKeptDays'] },
    },
  }),
  keys: collection({
    doc: KeyShape,
    key: ['appId', 'keyId'],
    indexes: { keyId: { fields: ['keyId'], unique: true } },
    expires: 'expiresAt',
  }),
  users: collection({
    doc: UserShape,
    key: ['appId', 'userId'],
    indexes: {
      email: { fields: ['appId', 'email'], unique: true },
      cursor: { fields: ['appId', 'cursor'] },
      active: { fields: ['appId', 'active', 'cursor'] },
      deactivated: { fields: ['appId', 'active', 'deactivatedAt'] },
    },
  }),
  sessions: collection({
    doc: SessionShape,
    key: ['appId', 'sessionId'],
    indexes: { user: { fields: ['appId', 'userId', 'createdAt'] } },
    expires: 'expiresAt',
  }),
  revocations: collection({
    doc: RevocationShape,
    key: ['appId', 'subject'],
    indexes: { due: { fields: ['appId', 'dueAt'] } },
    expires: 'expiresAt',
  }),
  erasures: collection({
    doc: ErasureShape,
    key: ['appId', 'person'],
    indexes: { due: { fields: ['dueAt'] } },
    expires: 'expiresAt',
  }),
  guestMerges: collection({
    doc: GuestMergeShape,
    key: ['appId', 'guest'],
    indexes: { due: { fields: ['dueAt'] } },
  }),
  attempts: collection({
    doc: AttemptShape,
    key: ['appId', 'subject'],
    indexes: {},
    expires: 'expiresAt',
  }),
  knownClients: collection({
    doc: KnownClientsShape,
    key: ['appId', 'account'],
    indexes: {},
    expires: 'expiresAt',
  }),
  codes: collection({
    doc: CodeShape,
    key: ['appId', 'subject'],
    indexes: {},
    expires: 'expiresAt',
  }),
  endedSessions: collection({
    doc: EndedSessionShape,
    key: ['appId', 'session'],
    indexes: {},
    expires: 'expiresAt',
  }),
  usedCodes: collection({ doc: UsedCodeShape, key: ['appId', 'name'], indexes: {}, expires: 'expiresAt' }),
  events: collection({
    doc: EventShape,
    key: ['appId', 'eventId'],
    indexes: { rests: { fields: ['restsSince'] } },
  }),
  seats: collection({
    doc: SeatShape,
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
    doc: ReservationShape,
    key: ['appId', 'eventId', 'grantId'],
    indexes: {
      status: { fields: ['appId', 'eventId', 'status'] },
      owner: { fields: ['appId', 'owner', 'status', 'eventId'] },
    },
    expires: 'expiresAt',
  }),
  bookings: collection({
    doc: BookingShape,
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
  tallies: collection({ doc: TallyShape, key: ['appId', 'subject'], indexes: {}, expires: 'expiresAt' }),
  payments: collection({
    doc: PaymentShape,
    key: ['appId', 'provider', 'account', 'paymentId'],
    indexes: {
      grant: { fields: ['appId', 'eventId', 'grantId'] },
      due: { fields: ['dueAt'] },
      attempts: { fields: ['attempts', 'cursor'] },
      cursor: { fields: ['cursor'] },
      app: { fields: ['appId', 'cursor'] },
      owner: { fields: ['appId', 'owner'] },
      // A provider's event says nothing of apps.
      payment: { fields: ['provider', 'account', 'paymentId'] },
    },
    expires: 'expiresAt',
  }),
  orders: collection({
    doc: OrderShape,
    key: ['appId', 'eventId', 'grantId'],
    indexes: {},
    expires: 'expiresAt',
  }),
  refunds: collection({
    doc: RefundShape,
    key: ['appId', 'refundId'],
    indexes: {
      due: { fields: ['dueAt'] },
      state: { fields: ['state', 'createdAt'] },
      payment: { fields: ['appId', 'provider', 'account', 'paymentId'] },
      booking: { fields: ['appId', 'bookingId'] },
    },
  }),
  cancellations: collection({ doc: CancellationShape, key: ['appId', 'bookingId', 'n'], indexes: {} }),
  providerEvents: collection({
    doc: ProviderEventShape,
    key: ['appId', 'provider', 'account', 'providerEventId'],
    indexes: {},
    expires: 'expiresAt',
  }),
  idempotency: collection({
    doc: IdempotencyShape,
    key: ['appId', 'owner', 'key'],
    indexes: { claimed: { fields: ['status', 'claimedAt'] } },
    expires: 'expiresAt',
  }),
  outbox: collection({
    doc: OutboxShape,
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
    doc: ChainShape,
    key: ['appId', 'n'],
    indexes: { receipt: { fields: ['appId', 'receiptDigest'], unique: true } },
  }),
  endpoints: collection({
    doc: EndpointShape,
    key: ['appId', 'endpointId'],
    indexes: { due: { fields: ['status', 'dueAt'] } },
  }),
  deliveries: collection({
    doc: DeliveryShape,
    key: ['appId', 'deliveryId'],
    indexes: {
      due: { fields: ['appId', 'endpointId', 'status', 'dueAt'] },
      log: { fields: ['appId', 'endpointId', 'cursor'] },
    },
    expires: 'expiresAt',
  }),
  auditLog: collection({
    doc: AuditEntryShape,
    key: ['appId', 'entryId'],
    indexes: {
      // A call that is sent again counts once, whichever app it would change.
      entry: { fields: ['entryId'], unique: true },
      // Of all apps there may be very many of these; one app's are found without them. SQLite takes the first that fit alike.
      appOperation: { fields: ['appId', 'operation', 'cursor'] },
      appObject: { fields: ['appId', 'object', 'cursor'] },
      app: { fields: ['appId', 'cursor'] },
      newest: { fields: ['cursor'] },
      actor: { fields: ['actor', 'cursor'] },
      user: { fields: ['user', 'cursor'] },
      operation: { fields: ['operation', 'cursor'] },
      object: { fields: ['object', 'cursor'] },
    },
    expires: 'expiresAt',
  }),
  leases: collection({ doc: LeaseShape, key: ['appId', 'name'], indexes: {} }),
  imports: collection({ doc: ImportShape, key: ['appId', 'name'], indexes: {} }),
  cursors: collection({ doc: CursorShape, key: ['appId', 'eventId'], indexes: {} }),
  checks: collection({ doc: CheckShape, key: ['appId', 'eventId'], indexes: {} }),
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
export type SessionDoc = Documents['sessions']
export type RevocationDoc = Documents['revocations']
export type KeyDoc = Documents['keys']
export type AuditEntryDoc = Documents['auditLog']
export type EndpointDoc = Documents['endpoints']
export type DeliveryDoc = Documents['deliveries']
