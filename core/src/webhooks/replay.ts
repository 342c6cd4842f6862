import {
  type AppId,
  coreBudgetMs,
  type DeliveryId,
  type DeliveryView,
  deliveryKeptMs,
  deliveryRetryForMs,
  type EndpointId,
  Problem,
  type ReplayReply,
  type ReplayRequest,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { cursorAt } from '../cursor.ts'
import type { Change } from '../store/store.ts'
import { deliveryView } from './endpoint-view.ts'
import { hurry } from './queue.ts'
import { readEndpoint } from './read-endpoints.ts'

type Context = Pick<Core, 'store' | 'platform'>

/** As if it had never been tried. */
const anew = (nowMs: number): Change<'deliveries'> => ({
  set: {
    status: 'PENDING',
    attempts: 0,
    dueAt: new Date(nowMs),
    giveUpAt: new Date(nowMs + deliveryRetryForMs),
    expiresAt: new Date(nowMs + deliveryKeptMs),
  },
})

/**
 * Sends one delivery again, whatever became of it.
 * @throws Problem `not_found`
 */
export async function replayDelivery(
  { store, platform }: Context,
  { appId, endpointId, deliveryId }: { appId: AppId; endpointId: EndpointId; deliveryId: DeliveryId },
): Promise<DeliveryView> {
  const nowMs = platform.now()
  await store.transaction(coreBudgetMs, async (tx) => {
    const replayed = await tx.updateIf(appId, 'deliveries', { endpointId, deliveryId }, anew(nowMs))
    if (replayed !== 1) throw new Problem('not_found')
    await hurry(tx, { appId, endpointId }, new Date(nowMs))
  })
  const delivery = await store.get(appId, 'deliveries', { deliveryId })
  if (!delivery) throw new Problem('not_found')
  return deliveryView(delivery)
}

const statuses = { failed: ['FAILED'], all: ['FAILED', 'DELIVERED'] } as const

/**
 * Sends again what was told since a time; what still waits is left as it is.
 * @throws Problem `not_found`
 */
export async function replaySince(
  { store, platform }: Context,
  call: { readonly appId: AppId; readonly endpointId: EndpointId; readonly request: ReplayRequest },
): Promise<ReplayReply> {
  const { appId, endpointId, request } = call
  const nowMs = platform.now()
  const cursor = {
    gte: cursorAt(new Date(request.since)),
    ...(request.until !== undefined && { lt: cursorAt(new Date(request.until)) }),
  }
  const replayed = await store.transaction(coreBudgetMs, async (tx) => {
    await readEndpoint(tx, appId, endpointId)
    const which = { endpointId, status: { in: statuses[request.only] }, cursor }
    const count = await tx.updateIf(appId, 'deliveries', which, anew(nowMs))
    if (count > 0) await hurry(tx, { appId, endpointId }, new Date(nowMs))
    return count
  })
  return { replayed }
}
