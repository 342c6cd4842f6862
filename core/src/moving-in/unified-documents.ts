/*
 * The documents of the Unified Booking Backend. It keeps more in them than is wanted here (`createdBy`, `updatedAt`,
 * `reservationToken`, `bookingDate`, a booking's `metadata`), which is left alone.
 */
import {
  AppId,
  BookingId,
  Domain,
  Metadata,
  Name,
  PaymentId,
  PaymentStatus,
  SeatId,
  SeatMetadata,
} from '@holdfast/contract'
import * as z from 'zod'
import { Hash, Id, IdText, jsonObject, Label, Money, When } from './fields.ts'

const KeyHash = Hash('leave the field out, and give the app a key here')

export const App = z.object({
  _id: Id,
  appId: AppId,
  name: Name,
  domain: Domain,
  allowedDomains: z.array(z.string()).default([]),
  isActive: z.boolean().default(true),
  apiKeyHash: KeyHash.nullish(),
  apiKey: KeyHash.nullish(),
  metadata: jsonObject(Metadata).nullish(),
  createdAt: When.optional(),
})

/** Its text becomes the name of the event. */
const EntityId = Id.pipe(Name)

export const Seat = (currency: string) =>
  z.object({
    _id: Id.pipe(SeatId),
    appId: Id,
    entityId: EntityId,
    seatNumber: Label.refine((label) => label !== '', 'must not be empty'),
    price: Money(currency),
    status: z.enum(['AVAILABLE', 'LOCKED', 'BOOKED']).default('AVAILABLE'),
    domain: Domain.nullish(),
    bookedBy: IdText.nullish().catch(null),
    metadata: jsonObject(SeatMetadata).nullish(),
  })

export const Booking = (currency: string) =>
  z.object({
    _id: Id,
    bookingId: BookingId,
    appId: Id,
    /** Of any length: an app's own id of its user stands behind a prefix. */
    userId: IdText,
    seatId: Id.pipe(SeatId),
    amount: Money(currency).nullish(),
    paymentStatus: PaymentStatus,
    paymentId: z
      .string()
      .nullish()
      .transform((id) => id || null)
      .pipe(PaymentId.nullable()),
    createdAt: When.optional(),
  })
