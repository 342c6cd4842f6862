import {
  type AppId,
  coreBudgetMs,
  type DeliveryView,
  type EndpointId,
  type Notice,
  newId,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { deliveryView } from './endpoint-view.ts'
import { enqueue, hurry, newDelivery } from './queue.ts'
import { readEndpoint } from './read-endpoints.ts'

/** Puts a message into the queue of an endpoint that tells of nothing: to try it. */
export async function sendTest(
  { store, platform }: Pick<Core, 'store' | 'platform'>,
  appId: AppId,
  endpointId: EndpointId,
): Promise<DeliveryView> {
  const endpoint = await readEndpoint(store, appId, endpointId)
  const timestamp = new Date(platform.now()).toISOString()
  const notice: Notice = { type: 'webhook.test', timestamp, data: { endpoint: endpointId } }
  const delivery = await newDelivery(platform, { ...endpoint, status: 'ACTIVE' }, notice, [
    newId('op', platform.random),
  ])
  await store.transaction(coreBudgetMs, async (tx) => {
    await enqueue(tx, appId, [delivery])
    await hurry(tx, endpoint, delivery.createdAt)
  })
  return deliveryView(delivery)
}
