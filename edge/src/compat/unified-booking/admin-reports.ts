import {
  type AdminBooking,
  AdminBookingPage,
  type BookingStatistics,
  idPattern,
  majorUnitsOf,
  type Openly,
  Stats,
} from '@holdfast/contract'
import { Hono } from 'hono'
import type * as z from 'zod'
import type { EdgeEnv } from '../../context.ts'
import type { Caller, CoreClient } from '../../core-client.ts'
import { query } from '../../middleware/validate.ts'
import { type Names, namesIn, wireBooking } from './booking-views.ts'
import type { Unified } from './context.ts'
import { wireUserId } from './ids.ts'
import { numberedPath, pagination } from './pages.ts'
import { AdminBookingsQuery } from './requests.ts'

const dayMs = 86_400_000
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** A day alone, as a date field has it; other forms name a moment. */
const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text)

/** The first moment of a day, or the moment itself. */
const startOf = (text: string): string => new Date(text).toISOString()

/** The first moment after a day, or after a moment: an end was in its range here. */
const endOf = (text: string): string =>
  new Date(Math.min(Date.parse(text) + (isDay(text) ? dayMs : 1), lastMs)).toISOString()

function filterOf(asked: z.infer<typeof AdminBookingsQuery>): Record<string, string> {
  const { appId, domain, paymentStatus, status, startDate, endDate } = asked
  const payment = paymentStatus ?? status
  return {
    ...(appId && { app: appId }),
    ...(domain && { domain }),
    ...(payment && { payment }),
    ...(startDate && { from: startOf(startDate) }),
    ...(endDate && { to: endOf(endDate) }),
  }
}

/** The numbers of no bookings. */
const nothing: Openly<BookingStatistics> = {
  bookings: 0,
  byStatus: { confirmed: 0, cancelled: 0 },
  byPayment: { PENDING: 0, SUCCESS: 0, FAILED: 0 },
  revenue: [],
}

/** There was one currency here. Of several, the total is of the one with the most bookings, and `revenue` tells each. */
function statisticsOf({ bookings, revenue }: BookingStatistics) {
  const each = revenue.map(({ currency, amount, bookings: count }) => ({
    currency,
    amount: majorUnitsOf(amount, currency),
    bookings: count,
  }))
  const [most] = each.toSorted((a, b) => b.bookings - a.bookings)
  return {
    totalRevenue: most?.amount ?? 0,
    totalBookings: bookings,
    currency: most?.currency ?? null,
    revenue: each,
  }
}

/** The bookings of a page, and the numbers of all. */
async function readBookings(core: CoreClient, asked: z.infer<typeof AdminBookingsQuery>, caller: Caller) {
  const filter = filterOf(asked)
  // What can be no id is the id of no app.
  const isNone = asked.appId !== undefined && !idPattern.test(asked.appId)
  if (isNone) return { shown: [], statistics: nothing }
  const path = numberedPath('all-bookings', asked, filter)
  const { value } = await core.ask(AdminBookingPage, { method: 'GET', path, caller })
  return { shown: value.bookings, statistics: value.statistics }
}

/** What the operator's console shows. */
export function adminReportRoutes({ envelope, names, services: { guards, core } }: Unified) {
  const wire = (booking: Openly<AdminBooking>, found: Names) => ({
    ...wireBooking(booking.app, booking, found),
    domain: booking.domain,
    userId: { _id: wireUserId(booking.owner), ...booking.buyer },
  })

  return new Hono<EdgeEnv>()
    .get(
      '/admin/bookings',
      guards.adminOrigin,
      guards.adminWrites,
      guards.admin,
      query(AdminBookingsQuery),
      async (c) => {
        const asked = c.req.valid('query')
        const { shown, statistics } = await readBookings(core, asked, c.var)
        const seats = shown.flatMap(({ app, event, seats: of }) =>
          of.map(({ id: seat }) => ({ app, event, seat })),
        )
        const found = namesIn(await names.ask(seats, c.var))
        const pages = pagination(asked, statistics.bookings)
        const numbers = statisticsOf(statistics)
        const data = {
          bookings: shown.map((booking) => wire(booking, found)),
          count: shown.length,
          pagination: pages,
          total: pages.total,
          totalPages: pages.totalPages,
          totalRevenue: numbers.totalRevenue,
          statistics: numbers,
        }
        return envelope.done(data, 'Bookings')
      },
    )
    .get('/admin/stats', guards.adminOrigin, guards.adminWrites, guards.admin, async (c) => {
      const call = { method: 'GET', path: '/v1/admin/stats', caller: c.var } as const
      const { apps, users, events, seats, bookings } = (await core.ask(Stats, call)).value
      const { totalRevenue, totalBookings, currency, revenue } = statisticsOf(bookings)
      const data = {
        apps: { total: apps.active + apps.inactive, ...apps },
        users: { total: users.active + users.inactive, ...users },
        entities: { total: events },
        seats: {
          total: seats.available + seats.blocked + seats.booked,
          available: seats.available,
          booked: seats.booked,
          blocked: seats.blocked,
        },
        bookings: {
          total: totalBookings,
          pending: bookings.byPayment.PENDING,
          success: bookings.byPayment.SUCCESS,
          failed: bookings.byPayment.FAILED,
        },
        revenue: { total: totalRevenue, currency, byCurrency: revenue },
        totalRevenue,
      }
      return envelope.done(data, 'Statistics')
    })
}
