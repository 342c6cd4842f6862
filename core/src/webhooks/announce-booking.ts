import { BookingId, coreBudgetMs } from '@holdfast/contract'
import type { Core } from '../context.ts'
import type { OutboxDoc } from '../store/schema.ts'
import { bookingNotice } from './booking-notices.ts'
import { endpointsFor, enqueue, newDelivery } from './queue.ts'

/** Tells the endpoints that want it what a row says has become of a booking: once each, however often it runs. */
export async function announceBooking(
  ctx: Pick<Core, 'store' | 'platform'>,
  { appId, subject, notice: news, createdAt }: OutboxDoc,
): Promise<void> {
  if (!news) return
  const endpoints = await endpointsFor(ctx.store, appId, [news.type])
  if (endpoints.length === 0) return
  const bookingId = BookingId.parse(subject)
  const booking = await ctx.store.get(appId, 'bookings', { bookingId })
  const notice = booking && (await bookingNotice(ctx, booking, news, createdAt))
  if (!notice) return
  const names = [bookingId, news.n, news.refundId]
  const deliveries = await Promise.all(
    endpoints.map((endpoint) => newDelivery(ctx.platform, endpoint, notice, names)),
  )
  await ctx.store.transaction(coreBudgetMs, (tx) => enqueue(tx, appId, deliveries))
}
