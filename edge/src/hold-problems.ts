import { type GrantDecision, Problem } from '@holdfast/contract'
import type { ExtendReply, Hold, HoldReply } from '@holdfast/inventory'

/** The refusal to do something with a hold that has become a booking. */
export const confirmedProblem = (bookingId: GrantDecision['bookingId'] | null): Problem =>
  new Problem('hold_confirmed', bookingId ? { bookingId } : {})

/** Why nothing more can be done with what has ended so. */
function endedBy(
  how: 'confirmed' | 'expired' | 'released',
  bookingId: Hold['bookingId'] | undefined,
): Problem {
  return how === 'confirmed' ? confirmedProblem(bookingId) : new Problem(`hold_${how}`)
}

/** Why nothing more can be done with a hold; null while it lives. */
export const endedProblem = ({ status, bookingId }: Hold): Problem | null =>
  status === 'held' || status === 'confirming' ? null : endedBy(status, bookingId)

/** Why the seats were not held. */
export function holdProblem(reply: Exclude<HoldReply, { hold: Hold } | { word: 'not_ready' }>): Problem {
  switch (reply.word) {
    case 'unavailable':
      return new Problem('seats_unavailable', {
        seats: reply.seats,
        ...(reply.own.length > 0 && { own: true, holds: reply.own }),
      })
    case 'unknown_seat':
      return new Problem('unknown_seat', { seats: reply.seats })
    case 'key_reused':
      return new Problem('idempotency_key_reused')
    case 'too_many':
      return tooManyProblem(reply)
    case 'sale_closed':
      return new Problem('sale_closed')
    case 'sale_not_started':
      return new Problem(
        'sale_not_started',
        { opensAt: new Date(reply.againAtMs).toISOString() },
        secondsUntil(reply),
      )
    case 'too_fast':
      return new Problem('holding_too_fast', { limit: reply.limit }, secondsUntil(reply))
    case 'cooling_down':
      return new Problem('cooling_down', { limit: reply.limit }, secondsUntil(reply))
  }
}

/** The owner, their address or its network holds too much: some of it is free again then. */
export const tooManyProblem = (reply: Extract<HoldReply, { word: 'too_many' }>): Problem =>
  new Problem(
    'too_many_holds',
    { scope: reply.scope, ...(reply.limit !== null && { limit: reply.limit }) },
    secondsUntil(reply),
  )

/** Both times are of Redis's clock. */
const secondsUntil = ({ againAtMs, nowMs }: { againAtMs: number; nowMs: number }): number =>
  Math.max(1, Math.ceil((againAtMs - nowMs) / 1000))

type Over = Extract<ExtendReply, { word: 'expired' | 'released' | 'confirmed' | 'taken' }>

/** Why nothing can be done with a hold any more. */
export const overProblem = (reply: Over): Problem =>
  reply.word === 'taken'
    ? new Problem('seats_unavailable', { seats: reply.seats })
    : endedBy(reply.word, reply.hold.bookingId)

/** What to say of a hold that the inventory does not have: the store may know what became of it. */
export const absentProblem = (word: 'lost' | 'not_found', { decision, bookingId }: GrantDecision): Problem =>
  decision === 'undecided'
    ? new Problem(word === 'lost' ? 'hold_lost' : 'not_found')
    : endedBy(decision, bookingId)
