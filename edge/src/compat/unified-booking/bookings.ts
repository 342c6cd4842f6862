import { BookingPage, BookingPath, BookingView, Problem, unifiedRowsMax } from '@holdfast/contract'
import { Hono } from 'hono'
import type { EdgeEnv } from '../../context.ts'
import { pathIds, query } from '../../middleware/validate.ts'
import { createBookingViews } from './booking-views.ts'
import type { Unified } from './context.ts'
import { firstRows, pagination, rowsUpTo, slice } from './pages.ts'
import { PagesQuery } from './requests.ts'

/** What a buyer has booked. */
export function bookingRoutes(unified: Unified) {
  const { guards, envelope, services } = unified
  const { core } = services
  const views = createBookingViews(unified)

  return new Hono<EdgeEnv>()
    .get('/my-bookings', guards.app, guards.user, query(PagesQuery), async (c) => {
      const page = c.req.valid('query')
      rowsUpTo(page)
      const caller = c.var
      // All of them, since their number is told too: they are one buyer's.
      const all = await firstRows(unifiedRowsMax, async (rows) => {
        const path = `/v1/bookings?${new URLSearchParams(rows)}`
        const { value } = await core.ask(BookingPage, { method: 'GET', path, caller })
        return { rows: value.bookings, nextCursor: value.nextCursor }
      })
      const shown = { appId: c.get('app').appId, userId: c.get('wireUserId'), caller }
      const bookings = await views(slice(all, page), shown)
      return envelope.done(c, { bookings, pagination: pagination(page, all.length) }, 'Bookings')
    })
    .get('/booking/:bookingId', guards.app, guards.user, pathIds(BookingPath), async (c) => {
      const path = `/v1/bookings/${c.req.valid('param').bookingId}`
      const { value } = await core.ask(BookingView, { method: 'GET', path, caller: c.var })
      const shown = { appId: c.get('app').appId, userId: c.get('wireUserId'), caller: c.var }
      const [booking] = await views([value], shown)
      if (!booking) throw new Problem('internal_error')
      return envelope.done(c, { booking }, 'Booking')
    })
}
