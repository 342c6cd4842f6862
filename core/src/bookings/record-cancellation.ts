import type { ChargeLine, PricedSeat } from '@holdfast/contract'
import type { Core } from '../context.ts'
import { chainPoke, noticePoke, settlePoke } from '../outbox/rows.ts'
import { newRefund } from '../payments/payment-rows.ts'
import type { BookingDoc, CancellationDoc, OutboxDoc, RefundDoc } from '../store/schema.ts'
import type { Statements } from '../store/store.ts'
import { freeSeats } from './commit-booking.ts'

/** What ends of a booking, and what it comes to. */
export interface Ending {
  readonly by: CancellationDoc['by']
  /** None when only money goes back. */
  readonly seats: readonly PricedSeat[]
  readonly refund: number
  readonly retained: number
  /** What of the refund is more than is due. */
  readonly rounding?: number
  /** The fees and taxes in the refund. */
  readonly charges: readonly ChargeLine[]
}

/** A cancellation and all that it writes, made before its transaction. */
export interface Cancellation {
  readonly doc: CancellationDoc
  readonly refund: RefundDoc | null
  readonly pokes: readonly OutboxDoc[]
}

/** The seats of a booking that were not given back. */
export const liveSeats = ({ seats, cancelled }: BookingDoc): PricedSeat[] =>
  seats.filter(({ id }) => !cancelled.includes(id))

/** Signs what a cancellation says and prepares what it promises: money back, seats on sale, its proof in the chain. */
export async function draftCancellation(
  { platform, receipts }: Pick<Core, 'platform' | 'receipts'>,
  booking: BookingDoc,
  { by, seats, refund: amount, retained, charges }: Ending,
  made?: RefundDoc,
): Promise<Cancellation> {
  const { appId, bookingId, eventId, paymentId, currency } = booking
  const n = booking.cancellations + 1
  const isPaid = amount > 0 && paymentId !== null && booking.paymentStatus === 'SUCCESS'
  const refund =
    made ??
    (isPaid
      ? await newRefund(
          platform,
          { ...booking, paymentId },
          { reason: 'cancelled', amount, bookingId, name: `${bookingId}/${n}` },
        )
      : null)
  const createdAt = new Date(platform.now())
  const refundId = refund?.refundId ?? null
  const unsigned = {
    ...{ appId, bookingId, n, eventId, by, seats: [...seats], refund: amount, retained, currency },
    charges: [...charges],
    refundId,
    createdAt,
  }
  const receipt = await receipts.signCancellation(booking, unsigned)
  const pokes = [
    settlePoke(booking, platform),
    chainPoke('cancellation', { appId, eventId, bookingId, receipt }, platform),
    // Where only money goes back, nothing was cancelled that the app could see.
    ...(seats.length > 0 ? [noticePoke(booking, { type: 'booking.cancelled', n }, platform)] : []),
    ...(refund?.state === 'DONE'
      ? [noticePoke(booking, { type: 'booking.refunded', refundId: refund.refundId }, platform)]
      : []),
  ]
  return { doc: { ...unsigned, receipt }, refund, pokes }
}

/** Thrown inside a transaction, to undo it: the booking is not any more what the cancellation was made for. */
export class BookingChanged extends Error {}

/**
 * Cancels a booking or a part of it: five statements that take effect together. The count of cancellations is the
 * fence: of two that were made for the same booking one is written.
 * @throws BookingChanged
 */
export async function recordCancellation(
  tx: Statements,
  booking: BookingDoc,
  { doc, refund, pokes }: Cancellation,
  isLetGo = false,
): Promise<void> {
  const { appId, bookingId, status, paymentStatus, cancellations } = booking
  const ours = await tx.updateIf(
    appId,
    'bookings',
    { bookingId, status, paymentStatus, cancellations },
    { set: changesOf(booking, doc, isLetGo) },
  )
  if (ours !== 1) throw new BookingChanged()
  if (doc.seats.length > 0) {
    const freed = await freeSeats(tx, booking, doc.seats)
    if (freed !== doc.seats.length) throw new Error('a live booking has lost a seat')
  }
  await tx.insert(appId, 'cancellations', doc)
  if (refund) await tx.insert(appId, 'refunds', refund)
  await tx.insert(appId, 'outbox', pokes)
}

/** What a cancellation changes of its booking. `isLetGo`: its money was let go before it was taken. */
export const changesOf = (
  booking: BookingDoc,
  doc: CancellationDoc,
  isLetGo: boolean,
): Partial<BookingDoc> & Pick<BookingDoc, 'status'> => {
  const cancelled = [...booking.cancelled, ...doc.seats.map(({ id }) => id)]
  const status = cancelled.length === booking.seats.length ? 'CANCELLED' : 'CONFIRMED'
  const retained = booking.retained - doc.refund
  const paid = isLetGo ? ({ paymentStatus: 'FAILED' } as const) : {}
  return { status, cancelled, retained, cancellations: doc.n, ...paid }
}
