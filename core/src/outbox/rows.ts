import { type AppId, type EventId, newId, type Platform } from '@holdfast/contract'
import type { BookingDoc, OutboxDoc } from '../store/schema.ts'

/** The relay takes a row this long after the commit, unless the commit's own poke has done it. */
export const pokeHeadStartMs = 2_000

type Source = Pick<Platform, 'now' | 'random'>

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
    status: 'READY',
    attempts: 0,
    dueAt: new Date(at + pokeHeadStartMs),
    createdAt: new Date(at),
    expiresAt: null,
  }
}

/** What the commit of a booking promises: Redis will be told, and reserved money taken. */
export function bookingPokes(booking: BookingDoc, capture: boolean, source: Source): OutboxDoc[] {
  const settle = settlePoke(booking, source)
  return capture ? [settle, row('capture', booking, booking.bookingId, source)] : [settle]
}

/** What the end of a booking promises: its seats go back on sale. */
export const settlePoke = (booking: BookingDoc, source: Source): OutboxDoc =>
  row('settle', booking, booking.bookingId, source)

/** What a change of an event's seats or settings promises: Redis will be told. */
export const applyPoke = (event: { appId: AppId; eventId: EventId }, source: Source): OutboxDoc =>
  row('apply', event, event.eventId, source)
