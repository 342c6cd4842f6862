import { BookingView, type EventId, GrantDecision, type GrantId, type HoldView } from '@holdfast/contract'
import type { ReadReply } from '@holdfast/inventory'
import type { Caller, CoreClient } from './core-client.ts'
import { goneHoldView, holdPath, holdView } from './hold-views.ts'

/** One hold, as its owner asks for it. */
export interface AskedHold {
  readonly eventId: EventId
  readonly grantId: GrantId
  readonly caller: Caller
}

/** What the store has decided of a grant. */
export async function askDecision(
  core: CoreClient,
  { eventId, grantId, caller }: AskedHold,
): Promise<GrantDecision> {
  const path = holdPath(eventId, grantId)
  return (await core.ask(GrantDecision, { method: 'GET', path, caller })).value
}

/**
 * A hold by what the store knows of it, for the inventory may not have heard, or may have lost it. Null while the
 * store has decided nothing.
 */
export async function decidedView(
  core: CoreClient,
  asked: AskedHold,
  read: ReadReply | null,
): Promise<HoldView | null> {
  const { eventId, grantId, caller } = asked
  const { decision, bookingId } = await askDecision(core, asked)
  if (decision === 'undecided') return null
  if (decision === 'confirmed' && bookingId) {
    const path = `/v1/bookings/${bookingId}`
    const booking = await core.ask(BookingView, { method: 'GET', path, caller })
    return goneHoldView(eventId, grantId, decision, booking.value)
  }
  if (read?.word === 'hold') return holdView(eventId, read.hold, read.nowMs, decision)
  return goneHoldView(eventId, grantId, decision)
}
