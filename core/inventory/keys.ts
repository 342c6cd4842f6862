import { type GrantId, type HoldKey, holdKeyOf } from '@holdfast/contract'
import type { BookingRef, EventRef } from './port.ts'

/** The keys of one event share one hash tag, so that they live on one node and one script may touch them all. */
const tagOf = ({ appId, eventId }: EventRef): string => `hf:{${appId}/${eventId}}`

/** The keys that an event has one of. */
export function keysOf(event: EventRef) {
  const tag = tagOf(event)
  return {
    state: `${tag}:state`,
    map: `${tag}:map`,
    due: `${tag}:due`,
    log: `${tag}:log`,
    idle: `${tag}:idle`,
  }
}

/** Where a hold is kept for an hour when it has ended. */
export const endedKeyOf = (event: EventRef, holdKey: HoldKey): string => `${tagOf(event)}:ended:${holdKey}`

/** The same, by the grant of the hold. */
export const endedKeyOfGrant = (event: EventRef, grant: GrantId): string =>
  endedKeyOf(event, holdKeyOf(grant))

/**
 * Where the receipt of a booking is kept. Raise the version with the shape of what `keep` writes, so that programs of
 * two versions beside each other never read each other's.
 */
export const receiptKeyOf = ({ appId, bookingId }: BookingRef): string =>
  `hf:{${appId}/${bookingId}}:receipt:v2`

/** Which tokens are not good any more; raise the version with the shape of what `revoke` writes. */
export const revokedKeys = { revoked: 'hf:{revoked}:v1', whole: 'hf:{revoked}:v1:whole' } as const

/** Where a build is put together before it is published. */
export function stagedKeysOf(event: EventRef, epoch: number) {
  const { state, map } = keysOf(event)
  return { state: `${state}~${epoch}`, map: `${map}~${epoch}` }
}
