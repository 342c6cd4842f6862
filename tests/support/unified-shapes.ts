/** What the clients of the Unified Booking Backend read of each answer, written from the contract and not from our code. */
import * as z from 'zod'

const id = z.string().min(1)
const time = z.iso.datetime()
/** Major units. */
const price = z.number().min(0)

/** Any object, with every key that it has: a record of zod's drops `__proto__`. */
const Free = z.custom<object>((value) => typeof value === 'object' && value !== null)

const domain = z.enum(['EVENT', 'BUS', 'MOVIE'])

export const App = z.strictObject({
  _id: id,
  appId: id,
  name: z.string(),
  domain,
  allowedDomains: z.array(z.string()),
  isActive: z.boolean(),
  metadata: z.record(z.string(), z.unknown()),
  createdBy: z.string(),
  createdAt: time,
  updatedAt: time,
})

export const User = z.strictObject({
  _id: id,
  id,
  email: z.string(),
  name: z.string(),
  phone: z.string().nullable(),
  isActive: z.literal(true),
  createdAt: time,
})

const seat = { _id: id, id, seatNumber: z.string(), entityId: z.string(), price }

export const Seat = z.strictObject({
  ...seat,
  appId: id,
  domain,
  currency: z.string(),
  status: z.enum(['AVAILABLE', 'BOOKED']),
  metadata: Free,
  bookedBy: z.null(),
  bookingId: z.null(),
  createdAt: time,
  updatedAt: time,
})

export const SeatStatus = Seat.extend({
  isLocked: z.boolean(),
  lockExpiresAt: time.nullable(),
  lockTTL: z.int().min(0),
})

const SeatOfBooking = z.strictObject(seat)
const ReservedSeat = SeatOfBooking.omit({ _id: true })

export const Booking = z.strictObject({
  _id: id,
  bookingId: z.string().regex(/^BK-\d{8}-[0-9A-Z]{6}$/),
  appId: id,
  domain,
  entityId: z.string(),
  userId: id,
  seatId: SeatOfBooking,
  seats: z.array(SeatOfBooking).min(1),
  amount: price,
  currency: z.string(),
  reservationToken: id,
  paymentStatus: z.enum(['PENDING', 'SUCCESS', 'FAILED']),
  paymentId: z.string().nullable(),
  status: z.enum(['CONFIRMED', 'CANCELLED']),
  metadata: z.strictObject({ seatNumber: z.string(), entityId: z.string(), domain }),
  bookingDate: time,
  createdAt: time,
  updatedAt: time,
})

const Pagination = z.strictObject({
  page: z.int(),
  limit: z.int(),
  total: z.int(),
  pages: z.int(),
  totalPages: z.int(),
})

const Statistics = z.strictObject({
  totalRevenue: price,
  totalBookings: z.int(),
  currency: z.string().nullable(),
  revenue: z.array(z.unknown()),
})

/** The data of each answer that went well. */
export const Data = {
  signedIn: z.strictObject({ token: id, user: User }),
  verified: z.strictObject({ valid: z.literal(true), user: User }),
  seats: z.strictObject({ seats: z.array(Seat), count: z.int(), entityId: z.string() }),
  statuses: z.strictObject({ seats: z.array(SeatStatus), count: z.int(), entityId: z.string() }),
  reserved: z.strictObject({
    reservationToken: id,
    expiresAt: time,
    seat: ReservedSeat,
    ttl: z.literal(120),
  }),
  ordered: z.strictObject({
    orderId: id,
    /** Minor units: what the form of the provider wants. */
    amount: z.int(),
    currency: z.string(),
    reservationToken: id,
    keyId: z.string().optional(),
  }),
  confirmed: z.strictObject({
    bookingId: id,
    booking: Booking,
    seat: SeatOfBooking.extend({ status: z.literal('BOOKED'), bookedBy: id, bookingId: id }),
  }),
  bookings: z.strictObject({ bookings: z.array(Booking), count: z.int(), pagination: Pagination }),
  booking: z.strictObject({ booking: Booking }),
  appMade: z.strictObject({ app: App, apiKey: z.string().min(32) }),
  app: z.strictObject({ app: App }),
  apps: z.strictObject({ apps: z.array(App), count: z.int(), pagination: Pagination }),
  rotated: z.strictObject({ appId: id, newApiKey: z.string().min(32) }),
  synced: z.strictObject({ entityId: z.string(), synced: z.int(), inserted: z.int(), updated: z.int() }),
  adminBookings: z.strictObject({
    bookings: z.array(
      Booking.extend({
        userId: z.strictObject({ _id: id, name: z.string().nullable(), email: z.string().nullable() }),
      }),
    ),
    count: z.int(),
    pagination: Pagination,
    total: z.int(),
    totalPages: z.int(),
    totalRevenue: price,
    statistics: Statistics,
  }),
}

const word = z.enum(['connected', 'disconnected'])

/** What the service tells of itself, outside of the envelope. */
export const Service = {
  door: z.strictObject({
    success: z.literal(true),
    message: z.string(),
    docs: z.string(),
    health: z.string(),
    timestamp: time,
  }),
  health: z.strictObject({
    success: z.boolean(),
    status: z.enum(['ok', 'error']),
    timestamp: time,
    uptime: z.number().min(0),
    environment: z.string(),
    services: z.strictObject({ mongodb: word, redis: word }),
  }),
}
