import {
  type AdminBooking,
  AdminBookingPage,
  type BookingStatistics,
  majorUnitsOf,
  type Openly,
  Stats,
} from '@holdfast/contract'
import { Hono } from 'hono'
import type * as z from 'zod'
import type { EdgeEnv } from '../../context.ts'
import { query } from '../../middleware/validate.ts'
import { numbersOf, wireBooking } from './booking-views.ts'
import type { Unified } from './context.ts'
import { wireUserId } from './ids.ts'
import { firstRows, pagination, rowsUpTo, slice } from './pages.ts'
import { AdminBookingsQuery } from './requests.ts'

const dayMs = 86_400_000

/** The first moment of a day, or the moment itself. */
const startOf = (text: string): string => new Date(text).toISOString()

/** The first moment after a day, or after a moment: an end was in its range here. */
const endOf = (text: string): string =>
  new Date(Date.parse(text) + (text.includes('T') ? 1 : dayMs)).toISOString()

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

/** What the operator's console shows. */
export function adminReportRoutes({ envelope, names, services: { guards, core } }: Unified) {
  const wire = (booking: Openly<AdminBooking>, numbers: ReadonlyMap<string, string>) => ({
    ...wireBooking(booking.app, booking, numbers),
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
        const filter = filterOf(asked)
        let numbersOfAll: BookingStatistics | undefined
        const rows = await firstRows(rowsUpTo(asked), async (page) => {
          const path = `/v1/admin/bookings?${new URLSearchParams({ ...filter, ...page })}`
          const { value } = await core.ask(AdminBookingPage, { method: 'GET', path, caller: c.var })
          numbersOfAll ??= value.statistics
          return { rows: value.bookings, nextCursor: value.nextCursor }
        })
        const shown = slice(rows, asked)
        const seats = shown.flatMap(({ app, event, seats: of }) =>
          of.map(({ id: seat }) => ({ app, event, seat })),
        )
        const numbers = numbersOf(await names.ask(seats, c.var))
        const { total, ...pages } = pagination(asked, numbersOfAll?.bookings ?? 0)
        const data = {
          bookings: shown.map((booking) => wire(booking, numbers)),
          pagination: { ...pages, total },
          total,
          totalPages: pages.totalPages,
          statistics: numbersOfAll && statisticsOf(numbersOfAll),
        }
        return envelope.done(c, data, 'Bookings')
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
      }
      return envelope.done(c, data, 'Statistics')
    })
}
