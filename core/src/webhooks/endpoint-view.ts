import { type DeliveryView, type EndpointView, Notice } from '@holdfast/contract'
import type { DeliveryDoc, EndpointDoc } from '../store/schema.ts'
import { liveSecrets } from './signatures.ts'

const statuses = { ACTIVE: 'active', OFF: 'off', DISABLED: 'disabled' } as const

/** An endpoint as its app sees it: never with a secret. */
export function endpointView(endpoint: EndpointDoc, now: Date): EndpointView {
  const { endpointId: id, url, events, status, failingSince, secrets, createdAt } = endpoint
  const untils = liveSecrets(secrets, now).flatMap(({ until }) => until?.getTime() ?? [])
  return {
    id,
    url,
    events,
    status: statuses[status],
    failingSince: failingSince?.toISOString() ?? null,
    previousSecretUntil: untils.length > 0 ? new Date(Math.max(...untils)).toISOString() : null,
    createdAt: createdAt.toISOString(),
  }
}

const outcomes = { PENDING: 'pending', DELIVERED: 'delivered', FAILED: 'failed' } as const

/** A delivery as its app sees it: of an answer it tells the status, and nothing else. */
export const deliveryView = (delivery: DeliveryDoc): DeliveryView => ({
  id: delivery.deliveryId,
  type: delivery.type,
  status: outcomes[delivery.status],
  attempts: delivery.attempts,
  lastStatus: delivery.lastStatus,
  lastAttemptAt: delivery.lastAttemptAt?.toISOString() ?? null,
  nextAttemptAt: delivery.dueAt?.toISOString() ?? null,
  createdAt: delivery.createdAt.toISOString(),
  payload: Notice.parse(JSON.parse(delivery.payload)),
})
