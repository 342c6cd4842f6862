import type { AppId, BookingId, EventId, PaymentId, Principal, SeatId, SeatInput } from '@holdfast/contract'
import type { AppDoc, BookingDoc, Documents } from '../store/schema.ts'

/** What a predecessor's files say, in Holdfast's words: nothing is written before all of it was read. */
export interface Legacy {
  readonly apps: readonly LegacyApp[]
  readonly users: readonly Documents['users'][]
  readonly events: readonly LegacyEvent[]
  readonly sales: readonly LegacySale[]
}

export interface LegacyApp {
  readonly app: AppDoc
  /** bcrypt's hash of its one key. */
  readonly keyHash: string | null
}

/** Seats of one event. `blocked` are those that nobody may buy although no booking stands behind. */
export interface LegacyEvent {
  readonly appId: AppId
  readonly eventId: EventId
  readonly name: string
  readonly currency: string
  readonly seats: readonly SeatInput[]
  readonly blocked: readonly SeatId[]
}

/** A booking of one seat, as the predecessors have them. */
export interface LegacySale {
  readonly appId: AppId
  readonly eventId: EventId
  readonly bookingId: BookingId
  readonly owner: Principal
  readonly buyerName: string | null
  readonly buyerEmail: string | null
  readonly seat: { readonly id: SeatId; readonly price: number }
  readonly paymentId: PaymentId | null
  readonly paymentStatus: BookingDoc['paymentStatus']
  readonly createdAt: Date
}

/** What is wrong with the files, told by file and line. */
export class LegacyError extends Error {}
