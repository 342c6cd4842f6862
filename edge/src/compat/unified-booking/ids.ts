import {
  Currency,
  EventId,
  GrantId,
  objectIdPattern,
  type Principal,
  Problem,
  SeatId,
} from '@holdfast/contract'
import { base64url } from 'jose'
import * as z from 'zod'

/** A seat as a client names it: by its event, or alone. */
export interface SeatRef {
  readonly eventId: EventId | undefined
  readonly seatId: SeatId
}

/** `<event>:<seat>`, which no two seats of an app share; of an imported seat the id that it had. */
export const wireSeatId = (eventId: EventId, seatId: SeatId): string =>
  objectIdPattern.test(seatId) ? seatId : `${eventId}:${seatId}`

/**
 * Reads a seat's `_id`.
 * @throws Problem `not_found`: what cannot be one names nothing.
 */
export function readSeatId(text: string): SeatRef {
  const [first = '', second, ...more] = text.split(':')
  const event = second === undefined ? undefined : EventId.safeParse(first)
  const seat = SeatId.safeParse(second ?? first)
  if (!seat.success || event?.success === false || more.length > 0) throw new Problem('not_found')
  return { eventId: event?.data, seatId: seat.data }
}

/** A buyer's id on this API: `ext_<appId>_<id>` of an app's own user. */
export function wireUserId(owner: Principal): string {
  const [kind, ...parts] = owner.split(':')
  return kind === 'ext' ? `ext_${parts.join('_')}` : parts.join(':')
}

/** What a reservation is of: a grant, its event, and what it costs. */
export interface Reservation {
  readonly eventId: EventId
  readonly grantId: GrantId
  readonly total: number
  readonly currency: string
}

const TokenText = z.tuple([EventId, GrantId, z.coerce.number().int().min(0), Currency])

/** No secret, and nothing that it says is believed: a grant is its owner's, and core knows what it costs. */
export const reservationToken = ({ eventId, grantId, total, currency }: Reservation): string =>
  base64url.encode([eventId, grantId, total, currency].join(':'))

/**
 * Reads a reservation token.
 * @throws Problem `not_found`
 */
export function readReservation(token: string): Reservation {
  try {
    const text = new TextDecoder().decode(base64url.decode(token))
    const [eventId, grantId, total, currency] = TokenText.parse(text.split(':'))
    return { eventId, grantId, total, currency }
  } catch {
    throw new Problem('not_found')
  }
}
