import {
  type GrantId,
  type Openly,
  type OrderCommand,
  type OrderRequest,
  OrderView,
  orderFaults,
  type Principal,
  Problem,
  totalOf,
} from '@holdfast/contract'
import { type EventRef, type Hold, holdPath } from '@holdfast/inventory'
import { type Caller, jsonBytes, type Told } from './core-client.ts'
import { notReady } from './event-reader.ts'
import { absentProblem, endedProblem } from './hold-problems.ts'
import { askDecision } from './hold-truth.ts'
import type { Services } from './services.ts'

/** A hold whose owner wants to pay for it. */
export interface Ordering {
  readonly event: EventRef
  readonly grantId: GrantId
  readonly owner: Principal
  readonly asked: OrderRequest
  /** How the client's API writes an amount, where it is not as ours does. */
  readonly shown?: (minor: number, currency: string) => string
  readonly caller: Caller
}

/**
 * Orders the payment of a live hold: the inventory says what it costs, core orders that at the provider.
 *
 * @throws Problem why the hold is not there to be paid, or core's refusal.
 */
export async function orderPayment(
  services: Pick<Services, 'inventory' | 'core' | 'events' | 'countedClient'>,
  ordering: Ordering,
): Promise<Told<Openly<OrderView>>> {
  const { event, grantId, asked, shown, caller } = ordering
  const { seats, currency, untilMs } = await liveHold(services, ordering)
  if (shown) {
    const owed = { amount: totalOf(seats), currency }
    const errors = orderFaults(asked, owed, (minor) => shown(minor, currency))
    if (errors.length > 0) throw new Problem('invalid_request', { errors })
  }
  const client = await services.countedClient(caller)
  const command: OrderCommand = { seats: [...seats], currency, untilMs, asked, ...(client && { client }) }
  const path = `${holdPath(event.eventId, grantId)}/order`
  const body = jsonBytes(command)
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
      const ended = endedProblem(hold)
      if (ended) throw ended
      return hold
    }
    case 'lost':
    case 'not_found':
      throw absentProblem(reply.word, await askDecision(core, { eventId: event.eventId, grantId, caller }))
    case 'not_ready':
      return notReady(events, event, caller)
  }
}
