import {
  NumberedAppsQuery,
  NumberedBookingsQuery,
  NumberedPageQuery,
  numberedRowsMax,
  Problem,
} from '@holdfast/contract'
import { Hono } from 'hono'
import { countApps, listApps } from './apps/read-apps.ts'
import { listAllBookings } from './bookings/admin-bookings.ts'
import { countBookings, listBookings } from './bookings/read-bookings.ts'
import type { Core } from './context.ts'
import type { CoreEnv } from './http/edge-assertion.ts'
import { appOf, assertAdmin, parse, principalOf } from './http/requests.ts'

/**
 * How many rows are before a page.
 * @throws Problem `invalid_request` for a page so far down that a filter finds it sooner.
 */
function skipOf({ page, limit }: Pick<NumberedPageQuery, 'page' | 'limit'>): number {
  if (page * limit <= numberedRowsMax) return (page - 1) * limit
  const message = `pages end at ${numberedRowsMax} rows`
  throw new Problem('invalid_request', { errors: [{ path: 'page', message }] })
}

/** What the edge asks in the name of clients that count pages: two statements a page. */
export function numberedPageRoutes(core: Core) {
  return new Hono<CoreEnv>()
    .get('/bookings', async (c) => {
      const reader = { appId: appOf(c).id, owner: principalOf(c) }
      const query = parse(NumberedPageQuery, c.req.query())
      const [{ bookings }, total] = await Promise.all([
        listBookings(core, reader, query, skipOf(query)),
        countBookings(core, reader),
      ])
      return c.json({ bookings, total }, 200)
    })
    .get('/apps', async (c) => {
      assertAdmin(c)
      const query = parse(NumberedAppsQuery, c.req.query())
      const [{ apps }, total] = await Promise.all([
        listApps(core, query, skipOf(query)),
        countApps(core, query),
      ])
      return c.json({ apps, total }, 200)
    })
    .get('/all-bookings', async (c) => {
      assertAdmin(c)
      const query = parse(NumberedBookingsQuery, c.req.query())
      return c.json(await listAllBookings(core, query, skipOf(query)), 200)
    })
}
