import type { GrantId, Principal } from '@holdfast/contract'
import { type EventRef, holdPath } from '@holdfast/inventory'
import type { Caller } from './core-client.ts'
import { notReady } from './event-reader.ts'
import { absentProblem, confirmedProblem } from './hold-problems.ts'
import { askDecision } from './hold-truth.ts'
import type { Services } from './services.ts'

/** A hold that its owner gives back. */
export interface Release {
  readonly event: EventRef
  readonly grantId: GrantId
  readonly owner: Principal
  readonly caller: Caller
}

/**
 * Gives the seats of a hold back; one that is over is as good as given back. Of one that is being confirmed, and of
 * one that Redis has lost, core knows more.
 *
 * @throws Problem why they are not free.
 */
export async function releaseHold(
  { inventory, core, events }: Pick<Services, 'inventory' | 'core' | 'events'>,
  { event, grantId, owner, caller }: Release,
): Promise<void> {
  const { eventId } = event
  const reply = await inventory(caller).release(event, grantId, owner)
  switch (reply.word) {
    case 'released':
    case 'expired':
      return
    case 'confirmed':
      throw confirmedProblem(reply.hold.bookingId)
    case 'confirming': {
      const path = holdPath(eventId, grantId)
      await core.pass(null, { method: 'DELETE', path, caller })
      return
    }
    case 'lost':
    case 'not_found': {
      const decided = await askDecision(core, { eventId, grantId, caller })
      const isOver = decided.decision === 'expired' || decided.decision === 'released'
      if (!isOver) throw absentProblem(reply.word, decided)
      return
    }
    case 'not_ready':
      return notReady(events, event, caller)
  }
}
