import { type AppId, type EventId, newId, type Platform, type SeatId } from '@holdfast/contract'
import type { BookingDoc, OutboxDoc } from '../store/schema.ts'

/** The relay takes a row this long after the commit, unless the commit's own poke has done it. */
export const pokeHeadStartMs = 2_000

/** A finished row is kept for a day, to be looked at. */
export const finishedTtlMs = 86_400_000
/** The subject of all rows of an app's chain; no booking and no event has such an id. */
export const chainSubject = '!chain'

type Source = Pick<Platform, 'now' | 'random'>
type Proof = NonNullable<OutboxDoc['proof']>
type News = NonNullable<OutboxDoc['notice']>

function row(
  kind: OutboxDoc['kind'],
  { appId, eventId }: { appId: AppId; eventId: EventId },
  subject: string,
  { now, random }: Source,
): OutboxDoc {
  const at = now()
  return {
    appId,
    // Rows of one subject run in the order of their ids.
    rowId: `${at}.${kind}.${newId('row', random)}`,
    kind,
    eventId,
    subject,
    seats: [],
    proof: null,
    notice: null,
    status: 'READY',
    attempts: 0,
    dueAt: new Date(at + pokeHeadStartMs),
    createdAt: new Date(at),
    expiresAt: null,
  }
}

/** What every signed proof promises, in the transaction that stores it: its link in the app's chain. */
export const chainPoke = (
  kind: Proof['kind'],
  of: Pick<BookingDoc, 'appId' | 'eventId' | 'bookingId' | 'receipt'>,
  source: Source,
): OutboxDoc => ({
  ...row('receipt', of, chainSubject, source),
  proof: { kind, bookingId: of.bookingId, receipt: of.receipt },
})

/** What the commit of a booking promises: Redis will be told, and its receipt chained. Its payment is work of its own. */
export const bookingPokes = (booking: BookingDoc, source: Source): OutboxDoc[] => [
  settlePoke(booking, source),
  chainPoke('booking', booking, source),
]

/** What is told of a booking to the endpoints of its app, of which there may be none. */
export const noticePoke = (
  of: Pick<BookingDoc, 'appId' | 'eventId' | 'bookingId'>,
  { type, n = null, refundId = null }: Pick<News, 'type'> & Partial<News>,
  source: Source,
): OutboxDoc => ({ ...row('webhook', of, of.bookingId, source), notice: { type, n, refundId } })

/** What the end of a booking whose payment came to nothing promises: seats on sale, and that its app is told. */
export const failurePokes = (booking: BookingDoc, source: Source): OutboxDoc[] => [
  settlePoke(booking, source),
  noticePoke(booking, { type: 'booking.payment_failed' }, source),
]

/** What a change of a booking promises: Redis is told of its seats, and shows its receipt as it is now. */
export const settlePoke = (booking: BookingDoc, source: Source): OutboxDoc =>
  row('settle', booking, booking.bookingId, source)

/** What a change of an event's settings, or of these seats of it, promises: Redis will be told. */
export const applyPoke = (
  event: { appId: AppId; eventId: EventId },
  source: Source,
  seats: readonly SeatId[] = [],
): OutboxDoc => ({ ...row('apply', event, event.eventId, source), seats: [...seats] })
