import * as z from 'zod'
import { AdminBookingsQuery, AppPage, AppsQuery } from './admin.ts'
import { BookingPage } from './bookings.ts'
import { PageQuery } from './pages.ts'

/*
 * Lists as the edge asks for them in the name of clients that count pages, under /internal/pages: one question a page,
 * however far down it is. Pages end at `numberedRowsMax` rows.
 */

const page = z.coerce.number().int().min(1)

/** GET /internal/pages/bookings?...: the caller's own. */
export const NumberedPageQuery = PageQuery.extend({ page })
export type NumberedPageQuery = z.infer<typeof NumberedPageQuery>

/** One page of bookings, newest first, and how many there are in all. */
export const NumberedBookingPage = BookingPage.pick({ bookings: true }).extend({ total: z.int() })
export type NumberedBookingPage = z.infer<typeof NumberedBookingPage>

/** GET /internal/pages/apps?...: for the admin. */
export const NumberedAppsQuery = AppsQuery.extend({ page })

/** One page of apps, newest first, and how many match in all. */
export const NumberedAppPage = AppPage.pick({ apps: true }).extend({ total: z.int() })
export type NumberedAppPage = z.infer<typeof NumberedAppPage>

/** GET /internal/pages/all-bookings?...: for the admin, answered as GET /v1/admin/bookings is. */
export const NumberedBookingsQuery = AdminBookingsQuery.safeExtend({ page })
