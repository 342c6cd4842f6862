import { Problem, unpaidOrdersRetryMs, unpaidOrdersWindowMs } from '@holdfast/contract'
import { base64url } from 'jose'
import type { Grant } from '../bookings/decide-grant.ts'
import type { Core } from '../context.ts'
import { rateLimited } from '../rate-limited.ts'
import type { Documents, PaymentDoc } from '../store/schema.ts'
import { isDuplicate } from '../store/store.ts'

type Context = Pick<Core, 'store' | 'platform'>
type Attempts = Documents['attempts']
type Ordered = Attempts['orders'][number]

/** Who orders: a client's address as the edge counts it, and what its app allows it. */
export interface Orderer {
  readonly client: string
  readonly unpaidMax: number
}

/** More rivals for one count than an address has requests at once. */
const attemptsMax = 20

/** Money that is here, reserved or on its way; what was only tried and let go is how stolen cards are tested. */
const paid: ReadonlySet<PaymentDoc['state']> = new Set(['CAPTURED', 'AUTHORISED', 'PENDING'])

/**
 * Counts the order of a grant for the address that it comes from, before the provider is asked, so that many at once are no
 * more than one after the other. Which of them are paid is looked up only when there are too many, and then not again
 * for a while: behind one address there may be a venue full of buyers, and all who pay are out of the count.
 *
 * @throws Problem `rate_limited` with the seconds to wait.
 */
export async function countOrder(
  ctx: Context,
  grant: Omit<Grant, 'owner'>,
  { client, unpaidMax }: Orderer,
): Promise<void> {
  const { appId, eventId, grantId } = grant
  const subject = await subjectOf(ctx, client)
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const nowMs = ctx.platform.now()
    const known = await ctx.store.get(appId, 'attempts', { subject })
    const recent = (known?.orders ?? []).filter(({ atMs }) => atMs > nowMs - unpaidOrdersWindowMs)
    if (recent.some((one) => one.eventId === eventId && one.grantId === grantId)) return
    if (recent.length >= unpaidMax && known && known.nextAt.getTime() > nowMs)
      throw rateLimited(known.nextAt.getTime() - nowMs, { limit: unpaidMax })
    const open = recent.length < unpaidMax ? recent : await unpaidOf(ctx, appId, recent)
    const isFull = open.length >= unpaidMax
    const nextAt = new Date(isFull ? nextAtMs(open, nowMs) : nowMs)
    const orders = isFull ? open : [...open, { eventId, grantId, atMs: nowMs }]
    const expiresAt = new Date(nowMs + unpaidOrdersWindowMs)
    const failures = (known?.failures ?? 0) + 1
    const counted: Attempts = { appId, subject, failures, nextAt, expiresAt, orders }
    if (!(await wasWritten(ctx, counted))) continue
    if (isFull) throw rateLimited(nextAt.getTime() - nowMs, { limit: unpaidMax })
    return
  }
  throw new Problem('overloaded', {}, 1)
}

/** Only the digest of an address is kept. */
async function subjectOf({ platform }: Context, client: string): Promise<string> {
  const name = JSON.stringify(['orders', client])
  return base64url.encode(await platform.sha256(new TextEncoder().encode(name)))
}

async function unpaidOf({ store }: Context, appId: Attempts['appId'], orders: readonly Ordered[]) {
  const isOpen = await Promise.all(
    orders.map(async ({ eventId, grantId }) => {
      const payments = await store.find(appId, 'payments', { eventId, grantId }, { limit: 1 })
      return !payments.some(({ state }) => paid.has(state))
    }),
  )
  return orders.filter((_, at) => isOpen[at])
}

/** When the oldest of them stops to count, or sooner, since one may be paid. */
const nextAtMs = (open: readonly Ordered[], nowMs: number): number =>
  Math.min(nowMs + unpaidOrdersRetryMs, ...open.map(({ atMs }) => atMs + unpaidOrdersWindowMs))

/** Writes the count unless somebody has counted since: `failures` is how often it was written. */
async function wasWritten({ store }: Context, counted: Attempts): Promise<boolean> {
  try {
    await store.putIf(counted.appId, 'attempts', counted, { failures: counted.failures - 1 })
    return true
  } catch (error) {
    if (isDuplicate(error, 'attempts', 'primary')) return false
    throw error
  }
}
