import type { AppId, EventId, GrantId, Principal } from '@holdfast/contract'
import type { Core } from '../context.ts'
import { endedHoldExpiry, type Keeping } from '../retention.ts'
import type { Documents } from '../store/schema.ts'
import { isDuplicate, type Statements } from '../store/store.ts'

type Reservation = Documents['reservations']

/** A grant and who holds it, as far as the decider knows. */
export interface Grant {
  readonly appId: AppId
  readonly eventId: EventId
  readonly grantId: GrantId
  readonly owner: Principal | null
}

/** When it is decided, and when that may be forgotten: read before the transaction, which may run several times. */
export interface Ending {
  readonly now: Date
  readonly expiresAt: Date
}

/** What is decided now against a grant is kept so long. */
export const endingNow = (keeping: Keeping): Ending => ({
  now: new Date(keeping.platform.now()),
  expiresAt: endedHoldExpiry(keeping),
})

/**
 * Decides against a grant that is ACTIVE or absent; the other side of the commit's fence. An ACTIVE record keeps
 * what it tells of the seats. The decision says itself when it may be deleted (`late-sale.ts`: not before no commit of
 * the grant can come any more).
 * @throws StoreError `duplicate` of `reservations` when it is decided already.
 */
export async function putDecision(
  tx: Statements,
  grant: Grant,
  status: 'EXPIRED' | 'RELEASED',
  { now, expiresAt }: Ending,
): Promise<void> {
  const { appId, eventId, grantId } = grant
  const changed = await tx.updateIf(
    appId,
    'reservations',
    { eventId, grantId, status: 'ACTIVE' },
    { set: { status, expiresAt } },
  )
  if (changed === 1) return
  const open = { ...grant, seats: [], until: null, bookingId: null, createdAt: now }
  const doc: Reservation = { ...open, status, expiresAt }
  await tx.putIf(appId, 'reservations', doc, { status: 'ACTIVE' })
}

/**
 * Decides against a grant unless it is decided already, and says what is decided now. It waits for a commit that
 * is under way, or defeats it: after this, what it answers stays true.
 */
export async function decideAgainst(
  ctx: Keeping & Pick<Core, 'store'>,
  grant: Grant,
  status: 'EXPIRED' | 'RELEASED',
): Promise<Reservation['status']> {
  const { store } = ctx
  try {
    await putDecision(store, grant, status, endingNow(ctx))
    return status
  } catch (error) {
    if (!isDuplicate(error, 'reservations', 'primary')) throw error
  }
  const { appId, eventId, grantId } = grant
  const decided = await store.get(appId, 'reservations', { eventId, grantId })
  return decided?.status ?? 'ACTIVE'
}
