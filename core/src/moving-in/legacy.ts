import type {
  AppId,
  BookingId,
  EventDefaults,
  EventId,
  KeyUse,
  PaymentId,
  PaymentStatus,
  Principal,
  SeatId,
  SeatInput,
} from '@holdfast/contract'
import type { AppDoc, UserDoc } from '../store/schema.ts'
import type { Place } from './diagnostics.ts'

/** What a predecessor's files say, in Holdfast's words. */
export interface Legacy {
  readonly apps: readonly LegacyApp[]
  readonly users: readonly LegacyUser[]
  readonly events: readonly LegacyEvent[]
  readonly sales: readonly LegacySale[]
  /** Bookings of seats that were sold twice, which are not brought in. */
  readonly leftOut: readonly LegacySale[]
  readonly mapped: readonly MappedId[]
}

export interface LegacyApp {
  readonly at: Place
  readonly app: AppDoc
  /** bcrypt's hash of its one key. */
  readonly keyHash: string | null
  /** Who has that key; null: nobody has said. */
  readonly use: KeyUse | null
}

export interface LegacyUser {
  readonly at: Place
  readonly user: UserDoc
}

/** Seats of one event. `blocked` are those that nobody may buy although no booking stands behind. */
export interface LegacyEvent {
  /** Its first seat. */
  readonly at: Place
  readonly appId: AppId
  readonly eventId: EventId
  readonly name: string
  readonly currency: string
  /** What a new event has otherwise than others of its app. */
  readonly settings?: EventDefaults
  readonly seats: readonly SeatInput[]
  readonly blocked: ReadonlySet<SeatId>
}

/** A booking of one seat, as the predecessors have them. */
export interface LegacySale {
  readonly at: Place
  readonly appId: AppId
  readonly eventId: EventId
  readonly bookingId: BookingId
  readonly owner: Principal
  readonly buyerName: string | null
  readonly buyerEmail: string | null
  readonly seat: { readonly id: SeatId; readonly price: number }
  readonly currency: string
  readonly paymentId: PaymentId | null
  readonly paymentStatus: PaymentStatus
  readonly createdAt: Date
  /** What people call the event, the seat and the buyer: the predecessor's own words. */
  readonly named: { readonly event: string; readonly seat: string; readonly buyer: string }
}

/** Whether the booking has its seat: a failed one has given it back. */
export const hasSeat = ({ paymentStatus }: Pick<LegacySale, 'paymentStatus'>): boolean =>
  paymentStatus !== 'FAILED'

/** An id of the predecessor that can be none here, and the one that stands for it: the same for the same text. */
export interface MappedId {
  readonly kind: 'entity' | 'user'
  readonly appId: AppId
  readonly from: string
  readonly to: string
}

/** Why nothing, or nothing more, is brought in, and what to do. */
export class LegacyError extends Error {}
