import type { AppId, EventId, GrantId, Principal } from '@holdfast/contract'
import type { Documents } from '../store/schema.ts'
import { isDuplicate, type Statements, type Store } from '../store/store.ts'

type Reservation = Documents['reservations']

/** A grant and who holds it, as far as the decider knows. */
export interface Grant {
  readonly appId: AppId
  readonly eventId: EventId
  readonly grantId: GrantId
  readonly owner: Principal | null
}

/**
 * Decides against a grant that is ACTIVE or absent; the other side of the commit's fence. An ACTIVE record keeps
 * what it tells of the seats.
 * @throws StoreError `duplicate` of `reservations` when it is decided already.
 */
export async function putDecision(
  tx: Statements,
  grant: Grant,
  status: 'EXPIRED' | 'RELEASED',
  now: Date,
): Promise<void> {
  const { appId, eventId, grantId } = grant
  const changed = await tx.updateIf(
    appId,
    'reservations',
    { eventId, grantId, status: 'ACTIVE' },
    { set: { status } },
  )
  if (changed === 1) return
  const doc: Reservation = { ...grant, status, seats: [], until: null, bookingId: null, createdAt: now }
  await tx.putIf(appId, 'reservations', doc, { status: 'ACTIVE' })
}

/**
 * Decides EXPIRED unless the grant is decided already, and says what is decided now. It waits for a commit that
 * is under way, or defeats it: after this, what it answers stays true.
 */
export async function decideExpired(store: Store, grant: Grant, now: Date): Promise<Reservation['status']> {
  try {
    await putDecision(store, grant, 'EXPIRED', now)
    return 'EXPIRED'
  } catch (error) {
    if (!isDuplicate(error, 'reservations', 'primary')) throw error
  }
  const { appId, eventId, grantId } = grant
  const decided = await store.get(appId, 'reservations', { eventId, grantId })
  return decided?.status ?? 'ACTIVE'
}
