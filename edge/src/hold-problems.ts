import { type GrantDecision, Problem } from '@holdfast/contract'
import type { ExtendReply, Hold, HoldReply } from '@holdfast/inventory'

/** The refusal to do something with a hold that has become a booking. */
export const confirmedProblem = (bookingId: GrantDecision['bookingId'] | null): Problem =>
  new Problem('hold_confirmed', bookingId ? { bookingId } : {})

/** Why the seats were not held. */
export function holdProblem(reply: Exclude<HoldReply, { hold: Hold } | { word: 'not_ready' }>): Problem {
  switch (reply.word) {
    case 'unavailable':
      return new Problem('seats_unavailable', { seats: reply.seats })
    case 'unknown_seat':
      return new Problem('unknown_seat', { seats: reply.seats })
    case 'key_reused':
      return new Problem('idempotency_key_reused')
    case 'too_many':
      return new Problem('too_many_holds')
    case 'sale_closed':
      return new Problem('sale_closed')
    case 'sale_not_started':
      return new Problem(
        'sale_not_started',
        { opensAt: new Date(reply.againAtMs).toISOString() },
        secondsUntil(reply),
      )
    case 'too_fast':
      return new Problem('holding_too_fast', {}, secondsUntil(reply))
    case 'cooling_down':
      return new Problem('cooling_down', {}, secondsUntil(reply))
  }
}

/** Both times are of Redis's clock. */
const secondsUntil = ({ againAtMs, nowMs }: { againAtMs: number; nowMs: number }): number =>
  Math.max(1, Math.ceil((againAtMs - nowMs) / 1000))

type Over = Extract<ExtendReply, { word: 'expired' | 'released' | 'confirmed' | 'taken' }>

/** Why nothing can be done with a hold any more. */
export function overProblem(reply: Over): Problem {
  switch (reply.word) {
    case 'expired':
      return new Problem('hold_expired')
    case 'released':
      return new Problem('hold_released')
    case 'confirmed':
      return confirmedProblem(reply.hold.bookingId)
    case 'taken':
      return new Problem('seats_unavailable', { seats: reply.seats })
  }
}

/** What to say of a hold that the inventory does not have: the store may know what became of it. */
export function absentProblem(word: 'lost' | 'not_found', { decision, bookingId }: GrantDecision): Problem {
  switch (decision) {
    case 'confirmed':
      return confirmedProblem(bookingId)
    case 'expired':
      return new Problem('hold_expired')
    case 'released':
      return new Problem('hold_released')
    case 'undecided':
      return new Problem(word === 'lost' ? 'hold_lost' : 'not_found')
  }
}
