import { BookingPath, BookingView, NumberedBookingPage, Problem } from '@holdfast/contract'
import { Hono } from 'hono'
import type { EdgeEnv } from '../../context.ts'
import { pathIds, query } from '../../middleware/validate.ts'
import { createBookingViews } from './booking-views.ts'
import type { Unified } from './context.ts'
import { numberedPath, pagination } from './pages.ts'
import { PagesQuery } from './requests.ts'

/** What a buyer has booked. */
export function bookingRoutes(unified: Unified) {
  const { guards, envelope, services } = unified
  const { core } = services
  const views = createBookingViews(unified)

  return new Hono<EdgeEnv>()
    .get('/my-bookings', guards.app, guards.user, query(PagesQuery), async (c) => {
      const page = c.req.valid('query')
      const call = { method: 'GET', path: numberedPath('bookings', page), caller: c.var } as const
      const { value } = await core.ask(NumberedBookingPage, call)
      const shown = { appId: c.get('app').appId, userId: c.get('wireUserId'), caller: c.var }
      const bookings = await views(value.bookings, shown)
      const data = { bookings, count: bookings.length, pagination: pagination(page, value.total) }
      return envelope.done(data, 'Bookings')
    })
    .get('/booking/:bookingId', guards.app, guards.user, pathIds(BookingPath), async (c) => {
      const path = `/v1/bookings/${c.req.valid('param').bookingId}`
      const { value } = await core.ask(BookingView, { method: 'GET', path, caller: c.var })
      const shown = { appId: c.get('app').appId, userId: c.get('wireUserId'), caller: c.var }
      const [booking] = await views([value], shown)
      if (!booking) throw new Problem('internal_error')
      return envelope.done({ booking }, 'Booking')
    })
}
