import type { AppId, EventId, GrantDecision, GrantId } from '@holdfast/contract'
import type { Store } from '../store/store.ts'

const words = {
  ACTIVE: 'undecided',
  CONFIRMED: 'confirmed',
  EXPIRED: 'expired',
  RELEASED: 'released',
} as const

/** What the store has decided of a grant. `undecided` is only what was read: a commit may be under way. */
export async function readDecision(
  store: Store,
  { appId, eventId, grantId }: { appId: AppId; eventId: EventId; grantId: GrantId },
): Promise<GrantDecision> {
  const reservation = await store.get(appId, 'reservations', { eventId, grantId })
  if (!reservation) return { decision: 'undecided' }
  const decision = words[reservation.status]
  return reservation.bookingId ? { decision, bookingId: reservation.bookingId } : { decision }
}
