import {
  BookingView,
  type EventId,
  GrantDecision,
  type GrantId,
  type HoldView,
  Problem,
} from '@holdfast/contract'
import { goneHoldView, holdPath, holdView, type ReadReply } from '@holdfast/inventory'
import type { Caller, CoreClient } from './core-client.ts'

/** One hold, as its owner asks for it. */
export interface AskedHold {
  readonly eventId: EventId
  readonly grantId: GrantId
  readonly caller: Caller
}

/**
 * What the store has decided of a grant.
 *
 * @throws Problem core's refusal, or `dependency_unavailable`: a decision in a word that is not known here is not
 * guessed at, for another edge may know it.
 */
export async function askDecision(
  core: CoreClient,
  { eventId, grantId, caller }: AskedHold,
): Promise<GrantDecision> {
  const path = holdPath(eventId, grantId)
  const { value } = await core.ask(GrantDecision, { method: 'GET', path, caller })
  const known = GrantDecision.safeParse(value).data
  if (!known) throw new Problem('dependency_unavailable', {}, 1)
  return known
}

/**
 * A hold by what the store knows of it, for the inventory may not have heard, or may have lost it. Null while the
 * store has decided nothing and a confirm may be under way.
 */
export async function decidedView(
  core: CoreClient,
  asked: AskedHold,
  read: ReadReply | null,
): Promise<HoldView | null> {
  const { eventId, grantId, caller } = asked
  const { decision, bookingId, refused } = await askDecision(core, asked)
  if (decision === 'undecided') {
    if (refused === undefined || read?.word !== 'hold' || read.hold.untilMs <= read.nowMs) return null
    return holdView(eventId, read.hold, read.nowMs, 'held', refused)
  }
  if (decision === 'confirmed' && bookingId) {
    const path = `/v1/bookings/${bookingId}`
    const booking = await core.ask(BookingView, { method: 'GET', path, caller })
    return goneHoldView(eventId, grantId, decision, booking.value)
  }
  if (read?.word === 'hold') return holdView(eventId, read.hold, read.nowMs, decision)
  return goneHoldView(eventId, grantId, decision)
}
