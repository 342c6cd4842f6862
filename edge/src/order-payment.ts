import {
  type GrantId,
  type Openly,
  type OrderCommand,
  type OrderRequest,
  OrderView,
  type Principal,
  Problem,
} from '@holdfast/contract'
import type { EventRef, Hold } from '@holdfast/inventory'
import type { Caller, Told } from './core-client.ts'
import { notReady } from './event-reader.ts'
import { absentProblem, confirmedProblem } from './hold-problems.ts'
import { askDecision } from './hold-truth.ts'
import { holdPath } from './hold-views.ts'
import type { Services } from './services.ts'

/** A hold whose owner wants to pay for it. */
export interface Ordering {
  readonly event: EventRef
  readonly grantId: GrantId
  readonly owner: Principal
  readonly asked: OrderRequest
  readonly caller: Caller
}

/**
 * Orders the payment of a live hold: the inventory says what it costs, core orders that at the provider.
 *
 * @throws Problem why the hold is not there to be paid, or core's refusal.
 */
export async function orderPayment(
  services: Pick<Services, 'inventory' | 'core' | 'events'>,
  ordering: Ordering,
): Promise<Told<Openly<OrderView>>> {
  const { event, grantId, asked, caller } = ordering
  const { seats, currency, untilMs } = await liveHold(services, ordering)
  const command: OrderCommand = { seats: [...seats], currency, untilMs, asked }
  const path = `${holdPath(event.eventId, grantId)}/order`
  const body = new TextEncoder().encode(JSON.stringify(command))
  return services.core.ask(OrderView, { method: 'POST', path, body, caller })
}

async function liveHold(
  { inventory, core, events }: Pick<Services, 'inventory' | 'core' | 'events'>,
  { event, grantId, owner, caller }: Ordering,
): Promise<Hold> {
  const reply = await inventory(caller).read(event, grantId, owner)
  switch (reply.word) {
    case 'hold': {
      const { hold } = reply
      switch (hold.status) {
        case 'held':
        case 'confirming':
          return hold
        case 'confirmed':
          throw confirmedProblem(hold.bookingId)
        case 'expired':
          throw new Problem('hold_expired')
        case 'released':
          throw new Problem('hold_released')
      }
      break
    }
    case 'lost':
    case 'not_found':
      throw absentProblem(reply.word, await askDecision(core, { eventId: event.eventId, grantId, caller }))
    case 'not_ready':
      return notReady(events, event, caller)
  }
}
