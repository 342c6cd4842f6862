import {
  AppId,
  AppInput,
  BookingId,
  Domain,
  Email,
  EventId,
  minorUnitsOf,
  PaymentId,
  PaymentStatus,
  type Principal,
  principal,
  SeatId,
  type SeatInput,
} from '@holdfast/contract'
import * as z from 'zod'
import { cursorOf } from '../cursor.ts'
import type { AppDoc, Documents } from '../store/schema.ts'
import { poolScope } from '../store/store.ts'
import { type Legacy, type LegacyApp, LegacyError, type LegacyEvent, type LegacySale } from './legacy.ts'
import { Amount, Hash, Id, readMongoexport, When } from './mongoexport.ts'

const App = z.object({
  _id: Id,
  appId: AppId,
  name: z.string().min(1),
  domain: Domain,
  allowedDomains: z.array(z.string()).default([]),
  isActive: z.boolean().default(true),
  apiKeyHash: Hash.optional(),
  apiKey: Hash.optional(),
  metadata: z.record(z.string(), z.json()).default({}),
  createdAt: When,
})

const User = z.object({
  _id: Id,
  email: Email,
  name: z.string().default(''),
  phone: z.string().nullish(),
  password: Hash.optional(),
  passwordHash: Hash.optional(),
  isActive: z.boolean().default(true),
  createdAt: When,
})

const Seat = z.object({
  _id: Id.pipe(SeatId),
  appId: Id,
  entityId: EventId,
  seatNumber: z.union([z.string().min(1), z.int()]).transform(String),
  price: Amount,
  status: z.string().default('AVAILABLE'),
})

const Booking = z.object({
  _id: Id,
  bookingId: BookingId,
  appId: Id,
  userId: Id,
  seatId: Id.pipe(SeatId),
  amount: Amount.optional(),
  paymentStatus: PaymentStatus,
  paymentId: PaymentId.nullish(),
  createdAt: When,
})

export interface UnifiedOptions {
  /** Of every event: the predecessor's prices have none. */
  readonly currency: string
}

function appOf({
  appId,
  name,
  domain,
  allowedDomains,
  isActive,
  metadata,
  createdAt,
  ...keys
}: z.output<typeof App>): LegacyApp {
  const settings = AppInput.parse({ name, domain, allowedDomains, metadata })
  const app: AppDoc = {
    ...settings,
    appId,
    active: isActive,
    metadata: JSON.stringify(settings.metadata),
    cursor: cursorOf(createdAt, appId),
    createdAt,
  }
  return { app, keyHash: keys.apiKeyHash ?? keys.apiKey ?? null }
}

/** A user of a predecessor: the id stays, so that an old token still names them. */
export function userOf(user: z.output<typeof User>): Documents['users'] {
  const { _id: userId, email, name, phone, isActive, createdAt } = user
  const passwordHash = user.passwordHash ?? user.password
  if (passwordHash === undefined) throw new LegacyError(`the user ${userId} has no password hash`)
  return {
    appId: poolScope,
    userId,
    email,
    name: name === '' ? (email.split('@')[0] ?? email) : name,
    phone: phone ?? null,
    passwordHash,
    active: isActive,
    deactivatedAt: isActive ? null : createdAt,
    cursor: cursorOf(createdAt, userId),
    createdAt,
  }
}

/** Files speak of an app by its `_id` or by its `appId`. */
function finderOf(apps: readonly z.output<typeof App>[]): (named: string) => AppId {
  const byId = new Map(apps.flatMap(({ _id, appId }) => [[_id, appId] as const, [appId, appId] as const]))
  return (named) => {
    const found = byId.get(named)
    if (found === undefined) throw new LegacyError(`apps.json has no app ${named}, which others name`)
    return found
  }
}

function priceOf(seat: z.output<typeof Seat>, currency: string): number {
  const price = minorUnitsOf(seat.price, currency)
  if (price === null)
    throw new LegacyError(`the seat ${seat._id} costs ${seat.price}, which is no amount of ${currency}`)
  return price
}

/** `ext_<appId>_<id>` is an app's own user, anything else one of the pool. */
function ownerOf(appId: AppId, userId: string): Principal {
  const prefix = `ext_${appId}_`
  return userId.startsWith(prefix)
    ? principal.external(appId, userId.slice(prefix.length))
    : principal.pool(userId)
}

interface Known {
  readonly appOf: (named: string) => AppId
  readonly seats: ReadonlyMap<string, z.output<typeof Seat>>
  readonly users: ReadonlyMap<string, Documents['users']>
  readonly currency: string
}

function saleOf(
  booking: z.output<typeof Booking>,
  { appOf: find, seats, users, currency }: Known,
): LegacySale {
  const { bookingId, userId, seatId, paymentId, paymentStatus, createdAt } = booking
  const seat = seats.get(seatId)
  if (seat === undefined)
    throw new LegacyError(`seats.json has no seat ${seatId}, which the booking ${bookingId} names`)
  const appId = find(booking.appId)
  const price =
    booking.amount === undefined ? priceOf(seat, currency) : minorUnitsOf(booking.amount, currency)
  if (price === null) throw new LegacyError(`the booking ${bookingId} has no amount of ${currency}`)
  const user = users.get(userId)
  return {
    appId,
    eventId: seat.entityId,
    bookingId,
    owner: ownerOf(appId, userId),
    buyerName: user?.name ?? null,
    buyerEmail: user?.email ?? null,
    seat: { id: seatId, price },
    paymentId: paymentId ?? null,
    paymentStatus,
    createdAt,
  }
}

function eventsOf(
  seats: readonly z.output<typeof Seat>[],
  sold: ReadonlySet<string>,
  { appOf: find, currency }: Known,
): LegacyEvent[] {
  const groups = Map.groupBy(seats, (seat) => `${find(seat.appId)}/${seat.entityId}`)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined) return []
    const inputs: SeatInput[] = group.map((seat) => ({
      id: seat._id,
      price: priceOf(seat, currency),
      number: seat.seatNumber,
    }))
    // A seat that is gone without a booking: nobody may buy it, and nobody has a claim to it.
    const blocked = group
      .filter(({ status, _id }) => status === 'BOOKED' && !sold.has(_id))
      .map(({ _id }) => _id)
    return {
      appId: find(first.appId),
      eventId: first.entityId,
      name: first.entityId,
      currency,
      seats: inputs,
      blocked,
    }
  })
}

/**
 * Reads `apps.json`, `users.json`, `seats.json` and `bookings.json` of the Unified Booking Backend. App ids, user ids,
 * the hashes of keys and passwords, and seats by their `_id` are kept. Locks are not: they lasted two minutes.
 * @throws LegacyError by file and line, or by what does not fit together.
 */
export async function readUnified(folder: string, { currency }: UnifiedOptions): Promise<Legacy> {
  const apps = await readMongoexport(folder, 'apps', App)
  if (apps.length === 0) throw new LegacyError(`${folder} has no apps.json, or an empty one`)
  const users = (await readMongoexport(folder, 'users', User)).map(userOf)
  const seats = await readMongoexport(folder, 'seats', Seat)
  const bookings = await readMongoexport(folder, 'bookings', Booking)
  const known: Known = {
    appOf: finderOf(apps),
    seats: new Map(seats.map((seat) => [seat._id, seat])),
    users: new Map(users.map((user) => [user.userId, user])),
    currency,
  }
  const sales = bookings.map((booking) => saleOf(booking, known))
  const sold = new Set(
    sales.filter(({ paymentStatus }) => paymentStatus !== 'FAILED').map(({ seat }) => seat.id),
  )
  return { apps: apps.map(appOf), users, events: eventsOf(seats, sold, known), sales }
}
