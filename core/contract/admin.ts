import * as z from 'zod'
import { AppView } from './apps.ts'
import { UserView } from './auth.ts'
import { BookingView, PaymentStatus } from './bookings.ts'
import { Domain } from './hold-settings.ts'
import { AppId, EventId, Principal } from './ids.ts'
import { topEventsDefault, topEventsMax } from './limits.ts'
import { EmailQuery } from './mail-addresses.ts'
import { Currency } from './money.ts'
import { PageQuery } from './pages.ts'
import { Time } from './times.ts'

const flag = z.enum(['true', 'false']).transform((text) => text === 'true')

/** GET /v1/admin/apps?... */
export const AppsQuery = PageQuery.extend({ domain: Domain.optional(), active: flag.optional() })
export type AppsQuery = z.infer<typeof AppsQuery>

/** One page of apps, newest first; `nextCursor` is absent on the last. */
export const AppPage = z.object({ apps: z.array(AppView), nextCursor: z.string().optional() })
export type AppPage = z.infer<typeof AppPage>

/** GET /v1/admin/users?... */
export const UsersQuery = PageQuery.extend({ email: EmailQuery.optional(), active: flag.optional() })
export type UsersQuery = z.infer<typeof UsersQuery>

/** A user of the pool as the admin sees them. */
export const AdminUserView = UserView.extend({
  active: z.boolean(),
  deactivatedAt: z.iso.datetime().nullable(),
})
export type AdminUserView = z.infer<typeof AdminUserView>

/** One page of users, newest first; `nextCursor` is absent on the last. */
export const UserPage = z.object({ users: z.array(AdminUserView), nextCursor: z.string().optional() })
export type UserPage = z.infer<typeof UserPage>

/** PATCH /v1/admin/users/{u} */
export const UserPatch = z.strictObject({ active: z.boolean() })
export type UserPatch = z.infer<typeof UserPatch>

/** GET /v1/admin/bookings?...; `from` is in the range and `to` is not. An event has its name from its app. */
export const AdminBookingsQuery = PageQuery.extend({
  app: AppId.optional(),
  domain: Domain.optional(),
  status: BookingView.shape.status.optional(),
  payment: PaymentStatus.optional(),
  event: EventId.optional(),
  owner: Principal.optional(),
  from: Time.optional(),
  to: Time.optional(),
}).refine(({ app, event }) => event === undefined || app !== undefined, {
  path: ['app'],
  message: 'is needed to name an event',
})
export type AdminBookingsQuery = z.infer<typeof AdminBookingsQuery>

/** A booking as the admin sees it. `buyer` is what was known of them when they bought. */
export const AdminBooking = BookingView.omit({ receipt: true }).extend({
  app: AppId,
  domain: Domain,
  owner: Principal,
  buyer: z.object({ name: z.string().nullable(), email: z.string().nullable() }),
})
export type AdminBooking = z.infer<typeof AdminBooking>

/** What was taken in one currency and not given back, in its minor unit, and how many paid bookings stand. */
export const Revenue = z.object({ currency: Currency, amount: z.int(), bookings: z.int() })
export type Revenue = z.infer<typeof Revenue>

/** Bookings in numbers: each is counted once in `byStatus` and once in `byPayment`. */
export const BookingStatistics = z.object({
  bookings: z.int(),
  byStatus: z.record(BookingView.shape.status, z.int()),
  byPayment: z.record(PaymentStatus, z.int()),
  revenue: z.array(Revenue),
})
export type BookingStatistics = z.infer<typeof BookingStatistics>

/** One page of bookings, newest first, and the numbers of all that the filter matches. */
export const AdminBookingPage = z.object({
  bookings: z.array(AdminBooking),
  statistics: BookingStatistics,
  nextCursor: z.string().optional(),
})
export type AdminBookingPage = z.infer<typeof AdminBookingPage>

/** GET /v1/admin/stats?...: of one app, or of all. */
export const StatsQuery = z.object({
  app: AppId.optional(),
  top: z.coerce.number().int().min(1).max(topEventsMax).default(topEventsDefault),
})
export type StatsQuery = z.infer<typeof StatsQuery>

/** Seats sold of those there are; `ratio` is from 0 to 1. */
const sold = { soldSeats: z.int(), seats: z.int(), ratio: z.number() }

/** The numbers of a dashboard, from the store: a held seat is `available` until it is booked. */
export const Stats = z.object({
  apps: z.object({ active: z.int(), inactive: z.int() }),
  users: z.object({ active: z.int(), inactive: z.int() }),
  events: z.int(),
  seats: z.object({ available: z.int(), blocked: z.int(), booked: z.int() }),
  bookings: BookingStatistics,
  sellThrough: z.object({
    ...sold,
    /** The events with the most seats sold. */
    top: z.array(z.object({ app: AppId, event: EventId, name: z.string(), ...sold })),
  }),
})
export type Stats = z.infer<typeof Stats>
