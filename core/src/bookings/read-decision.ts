import {
  type AppId,
  type EventId,
  type GrantDecision,
  type GrantId,
  type Principal,
  Problem,
} from '@holdfast/contract'
import type { Store } from '../store/store.ts'

const words = {
  ACTIVE: 'undecided',
  CONFIRMED: 'confirmed',
  EXPIRED: 'expired',
  RELEASED: 'released',
} as const

interface Question {
  readonly appId: AppId
  readonly eventId: EventId
  readonly grantId: GrantId
  readonly owner: Principal
}

/**
 * What the store has decided of somebody's grant; another's is as missing as one that never was. `undecided` is
 * only what was read: a commit may be under way.
 * @throws Problem `not_found`
 */
export async function readDecision(
  store: Store,
  { appId, eventId, grantId, owner }: Question,
): Promise<GrantDecision> {
  const reservation = await store.get(appId, 'reservations', { eventId, grantId })
  if (!reservation) return { decision: 'undecided' }
  // A grant that was decided before the ledger had read it has no owner on record; it was never sold.
  if (reservation.owner !== null && reservation.owner !== owner) throw new Problem('not_found')
  const decision = words[reservation.status]
  return reservation.bookingId ? { decision, bookingId: reservation.bookingId } : { decision }
}
