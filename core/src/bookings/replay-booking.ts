import { Problem, paymentCallMs } from '@holdfast/contract'
import { remainingMs } from '../http/admission.ts'
import { noteUnused } from '../payments/note-unused.ts'
import { countDeclined, isWornOut, orderOf } from '../payments/ordered-payment.ts'
import type { BookingDoc } from '../store/schema.ts'
import { accountOf } from './account-of.ts'
import { bookedReply } from './commit-booking.ts'
import type { ConfirmAnswer, ConfirmCall, Confirming } from './confirm-answer.ts'

/** The booking that the grant became, if it did: the natural key of a sale. */
export async function replayBooking(ctx: Confirming, call: ConfirmCall): Promise<ConfirmAnswer | null> {
  const { appId, eventId, grantId, owner } = call
  const [booking] = await ctx.store.find(appId, 'bookings', { eventId, grantId }, { limit: 1 })
  if (!booking) return null
  const isTheirs = booking.owner === owner || (await accountOf(ctx.store, appId, booking.owner)) === owner
  if (!isTheirs) throw new Problem('not_found')
  if (await isPaidOtherwise(ctx, call, booking)) {
    const { provider, account, seats, total, currency } = booking
    const purpose = { ...call, provider, account, seats, amount: total, currency }
    await noteUnused(ctx, purpose, call.command.payment)
    throw new Problem('hold_confirmed', { bookingId: booking.bookingId })
  }
  return { ...bookedReply(booking), replayed: true }
}

/** Whether the call names another payment than the one that the booking was sold on. */
async function isPaidOtherwise(ctx: Confirming, call: ConfirmCall, booking: BookingDoc): Promise<boolean> {
  const { payment } = call.command
  if (!payment || (call.paymentId ?? payment.id) === booking.paymentId) return false
  const order = await orderOf(ctx, call)
  // Nobody is asked what the buyer means who has named too much that is not theirs.
  if (order && isWornOut(order)) return true
  const provider = ctx.findProvider(booking.provider, booking.account)
  const meant = await provider?.identify(
    payment,
    Math.min(remainingMs(ctx.platform, call.deadlineMs), paymentCallMs),
  )
  if (meant === 'unknown') throw new Problem('dependency_unavailable', {}, 1)
  if (meant === booking.paymentId) return false
  await countDeclined(ctx, call)
  return true
}

/**
 * What became of what was ordered for a grant that is over. `booked`: it was paid all the same, and the seats were sold under
 * another grant; that booking is the answer. `open`: it may still be. Null: nothing was ordered, so what is over stays so.
 */
export async function orderOutcome(
  ctx: Pick<Confirming, 'store'>,
  call: ConfirmCall,
): Promise<ConfirmAnswer | 'open' | null> {
  const order = await orderOf(ctx, call)
  if (!order) return null
  const { appId, provider, account, paymentId } = order
  const payment = await ctx.store.get(appId, 'payments', { provider, account, paymentId })
  if (!payment || payment.owner !== call.owner || payment.grantId === call.grantId) return 'open'
  const moved = { eventId: payment.eventId, grantId: payment.grantId }
  const [booking] = await ctx.store.find(appId, 'bookings', moved, { limit: 1 })
  return booking ? { ...bookedReply(booking), replayed: true } : 'open'
}
