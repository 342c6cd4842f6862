import {
  freeSeatsPerDayWindowMs,
  freeSeatsPerOwnerDefault,
  ownerFenceMs,
  type PricedSeat,
  type Principal,
  Problem,
  totalOf,
} from '@holdfast/contract'
import { base64url } from 'jose'
import type { Core } from '../context.ts'
import type { AppDoc, Documents, EventDoc } from '../store/schema.ts'
import { accountOf } from './account-of.ts'

type Context = Pick<Core, 'store' | 'platform'>
type Tally = Documents['tallies']

/** What somebody is about to book, and from where. */
export interface Buying {
  readonly app: AppDoc
  readonly event: EventDoc
  readonly owner: Principal
  readonly seats: readonly PricedSeat[]
  /** A client's address as the edge names it; absent: an app's server speaks for its buyers, or it is not known. */
  readonly client: string | undefined
}

/** What a limit will have counted, and what it must have counted until then: written by the commit, or not at all. */
export interface Count {
  readonly after: Tally
  readonly when: { readonly units: number; readonly expiresAt?: Date | null }
}

/** No count is negative: who finds one where there was none counts again. */
const nothingYet = { units: -1 }

/**
 * What a booking adds to the counts of its limits, as they are now. The commit writes each with one statement that is
 * conditional on the count, so two at once cannot both pass: the second counts again. What was refused may be right
 * later, so it is nothing that a key is answered for good.
 *
 * @throws Problem `buyer_limit`
 */
export async function countBooked(ctx: Context, buying: Buying): Promise<readonly Count[]> {
  const { event, seats, client } = buying
  const isFree = totalOf(seats) === 0
  const ofOwner = event.seatsBookedPerOwner ?? (isFree ? freeSeatsPerOwnerDefault : null)
  const counts = [
    ...(ofOwner === null ? [] : [countOfOwner(ctx, buying, ofOwner)]),
    ...(isFree && client !== undefined ? [countOfAddress(ctx, buying, client)] : []),
  ]
  return Promise.all(counts)
}

/**
 * An owner has what their live bookings of the event say, whenever it is looked at: cancelled, failed, booked before there
 * was a limit, there is nothing to keep in step. What is counted in the store is how often they booked under the limit,
 * so that of two who have looked at the same bookings only one commits. It is needed for as long as a confirm may take.
 */
async function countOfOwner(
  { store, platform }: Context,
  { event, owner, seats }: Buying,
  unitsMax: number,
): Promise<Count> {
  const { appId, eventId, seatsBookedPerOwner } = event
  // What a guest has bought is the account's that they became, and counts for them still.
  const account = await accountOf(store, appId, owner)
  const subject = JSON.stringify(['owner', eventId, account])
  const kept = await store.get(appId, 'tallies', { subject })
  // Read after the count: who commits between the two has changed it.
  const paid = { paymentStatus: { in: ['PENDING', 'SUCCESS'] } } as const
  const free = seatsBookedPerOwner === null && { total: 0 }
  const live = { owner: { in: [owner, account] }, eventId, status: 'CONFIRMED', ...paid, ...free } as const
  // Each of them has a seat, so of more than these nobody has to know how many there are.
  const bookings = await store.find(appId, 'bookings', live, { limit: unitsMax + 1 })
  const units = bookings.reduce((sum, one) => sum + one.seats.length - one.cancelled.length, 0)
  if (units + seats.length > unitsMax) throw new Problem('buyer_limit', { limit: unitsMax })
  const expiresAt = new Date(platform.now() + ownerFenceMs)
  const after = { appId, subject, units: (kept?.units ?? 0) + 1, expiresAt }
  return { after, when: kept ? { units: kept.units, expiresAt: kept.expiresAt } : nothingYet }
}

/** An address has a number for a day, which begins with its first: that is counted, since no booking tells the address. */
async function countOfAddress(
  { store, platform }: Context,
  { app, seats }: Buying,
  address: string,
): Promise<Count> {
  const { appId } = app
  // An older edge sends the address itself, which is not to be kept.
  const name = new TextEncoder().encode(JSON.stringify(['booked', address]))
  const subject = base64url.encode(await platform.sha256(name))
  const nowMs = platform.now()
  const kept = await store.get(appId, 'tallies', { subject })
  const runs = kept?.expiresAt && kept.expiresAt.getTime() > nowMs ? kept : null
  const units = (runs?.units ?? 0) + seats.length
  const limit = app.rateLimits.freeSeatsPerDay
  if (units > limit) throw new Problem('buyer_limit', { limit })
  const expiresAt = runs?.expiresAt ?? new Date(nowMs + freeSeatsPerDayWindowMs)
  const after = { appId, subject, units, expiresAt }
  return { after, when: kept ? { units: kept.units, expiresAt: kept.expiresAt } : nothingYet }
}
