import type { BookingRef, EventRef } from './port.ts'

/** The keys of one event share one hash tag, so that they live on one node and one script may touch them all. */
export function keysOf({ appId, eventId }: EventRef) {
  const tag = `hf:{${appId}/${eventId}}`
  return { state: `${tag}:state`, map: `${tag}:map`, due: `${tag}:due`, log: `${tag}:log` }
}

/**
 * Where the receipt of a booking is kept. Raise the version with the shape of what `keep` writes, so that programs of
 * two versions beside each other never read each other's.
 */
export const receiptKeyOf = ({ appId, bookingId }: BookingRef): string =>
  `hf:{${appId}/${bookingId}}:receipt:v1`

/** Where a build is put together before it is published. */
export function stagedKeysOf(event: EventRef, epoch: number) {
  const { state, map } = keysOf(event)
  return { state: `${state}~${epoch}`, map: `${map}~${epoch}` }
}
