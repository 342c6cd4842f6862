import {
  type AppId,
  base62Of,
  DeliveryId,
  deliveryKeptMs,
  deliveryRetryForMs,
  type Notice,
  type Platform,
  pageSizeMax,
  type WantedNotice,
} from '@holdfast/contract'
import { cursorOf } from '../cursor.ts'
import type { DeliveryDoc, EndpointDoc } from '../store/schema.ts'
import type { Statements } from '../store/store.ts'

type Reads = Pick<Statements, 'find'>
type Endpoint = Pick<EndpointDoc, 'appId' | 'endpointId' | 'status'>

/** The endpoints of an app that want one of these; what its app has turned off wants nothing. */
export async function endpointsFor(
  store: Reads,
  appId: AppId,
  types: readonly WantedNotice[],
): Promise<EndpointDoc[]> {
  const found = await store.find(appId, 'endpoints', {}, { limit: pageSizeMax })
  return found.filter(({ status, events }) => status !== 'OFF' && types.some((type) => events.includes(type)))
}

/** The id of what is told to an endpoint, by the names of what happened: the same whenever it is told. */
async function deliveryIdOf(
  { sha256 }: Pick<Platform, 'sha256'>,
  { appId, endpointId }: Endpoint,
  names: readonly (string | number | null)[],
): Promise<DeliveryId> {
  const text = JSON.stringify([appId, endpointId, ...names])
  return DeliveryId.parse(`msg_${base62Of(await sha256(new TextEncoder().encode(text)))}`)
}

/**
 * A new delivery. To an endpoint that is disabled it is not sent, but kept for a replay.
 *
 * @param names what tells it from everything else that is told to the endpoint.
 */
export async function newDelivery(
  platform: Pick<Platform, 'now' | 'sha256'>,
  endpoint: Endpoint,
  notice: Notice,
  names: readonly (string | number | null)[],
): Promise<DeliveryDoc> {
  const { appId, endpointId, status } = endpoint
  const deliveryId = await deliveryIdOf(platform, endpoint, [notice.type, ...names])
  const nowMs = platform.now()
  const createdAt = new Date(nowMs)
  const isSent = status !== 'DISABLED'
  return {
    appId,
    deliveryId,
    endpointId,
    type: notice.type,
    payload: JSON.stringify(notice),
    status: isSent ? 'PENDING' : 'FAILED',
    attempts: 0,
    dueAt: isSent ? createdAt : null,
    giveUpAt: new Date(nowMs + deliveryRetryForMs),
    lastStatus: null,
    lastAttemptAt: null,
    cursor: cursorOf(createdAt, deliveryId),
    createdAt,
    expiresAt: new Date(nowMs + deliveryKeptMs),
  }
}

/** Puts deliveries into the queues of their endpoints, those that are not there yet. Part of a transaction. */
export async function enqueue(
  tx: Statements,
  appId: AppId,
  deliveries: readonly DeliveryDoc[],
): Promise<void> {
  if (deliveries.length === 0) return
  const ids = deliveries.map(({ deliveryId }) => deliveryId)
  const known = await tx.find(appId, 'deliveries', { deliveryId: { in: ids } }, { limit: ids.length })
  const knownIds = new Set(known.map(({ deliveryId }) => deliveryId))
  const fresh = deliveries.filter(({ deliveryId }) => !knownIds.has(deliveryId))
  if (fresh.length === 0) return
  await tx.insert(appId, 'deliveries', fresh)
  for (const [endpointId, queued] of Map.groupBy(fresh, (delivery) => delivery.endpointId)) {
    const [first] = queued
    if (first) await wake(tx, { appId, endpointId }, first.createdAt)
  }
}

/** Has the queue of an endpoint looked at, unless it is to be anyway: one that pauses goes on pausing. */
export async function wake(
  tx: Pick<Statements, 'updateIf'>,
  { appId, endpointId }: Pick<EndpointDoc, 'appId' | 'endpointId'>,
  now: Date,
): Promise<void> {
  await tx.updateIf(appId, 'endpoints', { endpointId }, { inc: { wakes: 1 } })
  await tx.updateIf(appId, 'endpoints', { endpointId, dueAt: null }, { set: { dueAt: now } })
}

/** The same for what somebody asked for and waits to see: an endpoint that pauses is looked at now, if it is active. */
export async function hurry(
  tx: Pick<Statements, 'updateIf'>,
  { appId, endpointId }: Pick<EndpointDoc, 'appId' | 'endpointId'>,
  now: Date,
): Promise<void> {
  const when = { endpointId, status: 'ACTIVE' } as const
  await tx.updateIf(appId, 'endpoints', when, { set: { dueAt: now }, inc: { wakes: 1 } })
}
