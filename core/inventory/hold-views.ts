import {
  type BookingView,
  type EventId,
  type GrantId,
  type HoldStatus,
  HoldView,
  totalOf,
} from '@holdfast/contract'
import type { Hold } from './port.ts'

/** The URL of a hold, which is also where its outcome is told. */
export const holdPath = (eventId: EventId, grantId: GrantId): string =>
  `/v1/events/${eventId}/holds/${grantId}`

/**
 * A hold as the inventory has it; `status` is another if the store knows better, and `refused` what its last confirm was
 * refused with.
 */
export function holdView(
  eventId: EventId,
  hold: Hold,
  nowMs: number,
  status: HoldStatus = hold.status,
  refused?: string,
): HoldView {
  const isOpen = status === 'held' || status === 'confirming'
  return HoldView.parse({
    id: hold.grantId,
    event: eventId,
    status,
    seats: hold.seats,
    total: totalOf(hold.seats),
    currency: hold.currency,
    expiresAt: isOpen ? new Date(hold.untilMs).toISOString() : null,
    expiresInMs: isOpen ? Math.max(0, hold.untilMs - nowMs) : 0,
    ...(hold.bookingId !== null && { bookingId: hold.bookingId }),
    ...(refused?.startsWith('payment_') && { payment: 'declined' }),
  })
}

/** A hold of which the inventory knows nothing any more: its booking tells the seats, if there is one. */
export const goneHoldView = (
  eventId: EventId,
  grantId: GrantId,
  status: HoldStatus,
  booking?: Pick<BookingView, 'id' | 'seats' | 'total' | 'currency'>,
): HoldView => ({
  id: grantId,
  event: eventId,
  status,
  seats: booking?.seats ?? [],
  total: booking?.total ?? 0,
  currency: booking?.currency ?? null,
  expiresAt: null,
  expiresInMs: 0,
  ...(booking && { bookingId: booking.id }),
})
