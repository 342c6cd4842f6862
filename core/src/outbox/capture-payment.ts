import { BookingId, coreBudgetMs, paymentCallMs } from '@holdfast/contract'
import { freeSeats } from '../bookings/commit-booking.ts'
import type { Core } from '../context.ts'
import type { BookingDoc, OutboxDoc } from '../store/schema.ts'
import { settlePoke } from './rows.ts'
import { settleBooking } from './settle-booking.ts'

type Context = Pick<Core, 'store' | 'inventory' | 'platform' | 'payments'>

/**
 * Takes the reserved money of a committed booking. A refusal for good ends the booking and frees its seats, in
 * one transaction; an unknown answer is asked again, and the provider knows the capture by the booking.
 */
export async function capturePayment(ctx: Context, row: OutboxDoc): Promise<void> {
  const booking = await ctx.store.get(row.appId, 'bookings', { bookingId: BookingId.parse(row.subject) })
  if (booking?.paymentStatus !== 'PENDING' || !booking.paymentId) return
  const { paymentId, total: amount, currency, bookingId } = booking
  const provider = ctx.payments[booking.provider]
  if (!provider) throw new Error('this core has no such payment provider')
  const answer = await provider.capture({ paymentId, amount, currency }, bookingId, paymentCallMs)
  switch (answer) {
    case 'captured':
      return recordCapture(ctx, booking)
    case 'refused':
      await failBooking(ctx, booking)
      return settleBooking(ctx, row)
    case 'unknown':
      throw new Error('the capture has no answer yet')
  }
}

async function recordCapture({ store }: Context, booking: BookingDoc): Promise<void> {
  const { appId, bookingId, provider, paymentId } = booking
  await store.transaction(coreBudgetMs, async (tx) => {
    const set = { paymentStatus: 'SUCCESS' } as const
    await tx.updateIf(appId, 'bookings', { bookingId, paymentStatus: 'PENDING' }, { set })
    if (!paymentId) return
    await tx.updateIf(appId, 'payments', { provider, paymentId }, { set: { state: 'CAPTURED' } })
  })
}

async function failBooking({ store, platform }: Context, booking: BookingDoc): Promise<void> {
  const { appId, bookingId, provider, paymentId } = booking
  const poke = settlePoke(booking, platform)
  await store.transaction(coreBudgetMs, async (tx) => {
    const set = { paymentStatus: 'FAILED' } as const
    const ours = await tx.updateIf(appId, 'bookings', { bookingId, paymentStatus: 'PENDING' }, { set })
    if (ours !== 1 || !paymentId) return
    await freeSeats(tx, booking)
    await tx.updateIf(appId, 'payments', { provider, paymentId }, { set: { state: 'CAPTURE_FAILED' } })
    await tx.insert(appId, 'outbox', poke)
  })
}
