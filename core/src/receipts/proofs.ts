import {
  type AppId,
  type BookingId,
  chainLinksPerPage,
  chargeLines,
  isGuest,
  type Principal,
  seatsPerHoldMax,
} from '@holdfast/contract'
import type { BookingDoc, CancellationDoc, ChainDoc } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { Valid } from './verify-receipt.ts'

/** A receipt in the store, beside the documents that it must agree with. */
export interface Proof {
  readonly kind: ChainDoc['kind']
  readonly bookingId: BookingId
  readonly receipt: string
  /** What the documents say otherwise than the receipt, which was verified, and than each other; null for nothing. */
  differs(verified: Valid): string | null
}

type Pair = readonly [said: unknown, is: unknown, what: string]

/** The first of these that is not the same on both sides. */
function differing(kind: Proof['kind'], pairs: readonly Pair[]): string | null {
  const different = pairs.find(([said, is]) => JSON.stringify(said) !== JSON.stringify(is))
  return different ? `the receipt says ${different[2]} than the ${kind}` : null
}

/** Which account each guest became. */
type Merges = ReadonlyMap<Principal, Principal>

const otherKind = 'the receipt is the proof of something else'

/** Whom a booking was sold to, as far as its own words can be believed: it may name a guest of whom the store knows that they became its owner. */
const soldToOf = ({ owner, soldTo }: BookingDoc, merges: Merges): Principal =>
  soldTo !== null && isGuest(soldTo) && merges.get(soldTo) === owner ? soldTo : owner

/** Whether a receipt of a cancellation may name them: it names who was the owner that day. */
const isBuyer = (sub: string, booking: BookingDoc, merges: Merges): boolean =>
  sub === booking.owner || sub === soldToOf(booking, merges)

function bookingProof(booking: BookingDoc, cancellations: readonly CancellationDoc[], merges: Merges): Proof {
  const { appId, bookingId, eventId, seats, total, currency, receipt, terms } = booking
  // One that was made since the booking was read is not in it yet.
  const known = cancellations.filter(({ n }) => n <= booking.cancellations).sort((a, b) => a.n - b.n)
  const given = known.flatMap((cancellation) => cancellation.seats.map(({ id }) => id))
  return {
    kind: 'booking',
    bookingId,
    receipt,
    differs(verified) {
      if (verified.kind !== 'booking') return otherKind
      const { claims } = verified
      const difference = differing('booking', [
        [claims.app, appId, 'another app'],
        [claims.booking, bookingId, 'another booking'],
        [claims.sub, soldToOf(booking, merges), 'another owner'],
        [claims.event, eventId, 'another event'],
        [claims.seats, seats, 'other seats'],
        [claims.total, total, 'another total'],
        [claims.currency, currency, 'another currency'],
        [claims.charges, chargeLines(seats, terms.charges), 'other fees or taxes'],
      ])
      if (difference !== null) return difference
      const isTold = known.length === booking.cancellations && given.join() === booking.cancelled.join()
      return isTold ? null : 'the booking has other cancelled seats than its cancellations'
    },
  }
}

function cancellationProof(
  cancellation: CancellationDoc,
  booking: BookingDoc | undefined,
  merges: Merges,
): Proof {
  const { appId, bookingId, eventId, n, seats, refund, retained, currency, charges, receipt } = cancellation
  return {
    kind: 'cancellation',
    bookingId,
    receipt,
    differs(verified) {
      if (verified.kind !== 'cancellation') return otherKind
      if (!booking) return 'there is no such booking'
      if (booking.cancellations < n) return 'the booking knows nothing of the cancellation'
      const { claims } = verified
      return differing('cancellation', [
        [claims.app, appId, 'another app'],
        [claims.booking, bookingId, 'another booking'],
        [isBuyer(claims.sub, booking, merges), true, 'another owner'],
        [claims.event, eventId, 'another event'],
        [claims.n, n, 'another number'],
        [claims.cancelled, seats, 'other seats'],
        [claims.refund, refund, 'another refund'],
        [claims.retained, retained, 'another amount that was kept'],
        [claims.currency, currency, 'another currency'],
        [claims.charges, charges, 'other fees or taxes'],
      ])
    },
  }
}

/** Of as many bookings as one page has; a booking has few more cancellations than seats. */
const cancellationsMax = 2 * seatsPerHoldMax * chainLinksPerPage

/** All proofs of these bookings, found before or not, of which there are at most `chainLinksPerPage`. */
async function proofsOf(
  store: Store,
  appId: AppId,
  ids: readonly BookingId[],
  bookings: readonly BookingDoc[],
): Promise<Proof[]> {
  const filter = { bookingId: { in: ids } }
  const cancellations = await store.find(appId, 'cancellations', filter, { limit: cancellationsMax })
  const guests = bookings.flatMap(({ soldTo }) => soldTo ?? [])
  const ofGuests = { guest: { in: guests } }
  const merged =
    guests.length === 0 ? [] : await store.find(appId, 'guestMerges', ofGuests, { limit: guests.length })
  const merges: Merges = new Map(merged.map(({ guest, owner }) => [guest, owner]))
  const own = Map.groupBy(cancellations, ({ bookingId }) => bookingId)
  const byId = new Map(bookings.map((booking) => [booking.bookingId, booking]))
  return [
    ...bookings.map((booking) => bookingProof(booking, own.get(booking.bookingId) ?? [], merges)),
    ...cancellations.map((one) => cancellationProof(one, byId.get(one.bookingId), merges)),
  ]
}

/** The proofs of these bookings, at most `chainLinksPerPage` of them. */
export async function findProofs(
  store: Store,
  appId: AppId,
  ids: readonly BookingId[],
): Promise<readonly Proof[]> {
  const filter = { bookingId: { in: ids } }
  return proofsOf(store, appId, ids, await store.find(appId, 'bookings', filter, { limit: ids.length }))
}

/** Bookings of an app in the order of their age, with their proofs; `next` is null when there are no more. */
export interface ProofPage {
  readonly bookings: number
  readonly proofs: readonly Proof[]
  readonly next: string | null
}

/** The proofs of the next `chainLinksPerPage` bookings of an app. */
export async function pageOfProofs(store: Store, appId: AppId, after: string | null): Promise<ProofPage> {
  const filter = after === null ? {} : { cursor: { gt: after } }
  const page = await store.find(appId, 'bookings', filter, { orderBy: 'cursor', limit: chainLinksPerPage })
  const ids = page.map(({ bookingId }) => bookingId)
  return {
    bookings: page.length,
    proofs: await proofsOf(store, appId, ids, page),
    next: page.length < chainLinksPerPage ? null : (page.at(-1)?.cursor ?? null),
  }
}
