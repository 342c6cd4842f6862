import {
  deliveriesPerEndpointAtOnceMax,
  endpointFailingMsMax,
  endpointPauseMsMax,
  endpointPauseMsMin,
} from '@holdfast/contract'
import type { DeliveryDoc, EndpointDoc } from '../store/schema.ts'
import type { Change } from '../store/store.ts'
import { type Attempt, attemptDelivery, type Delivering } from './attempt-delivery.ts'

/** Names an endpoint. */
export type EndpointKey = Pick<EndpointDoc, 'appId' | 'endpointId'>

/**
 * Delivers what is due to one endpoint, until nothing is, or it fails: then its whole queue pauses, so that one that
 * does not answer costs one call a pause. One that did nothing but fail for days is disabled, as is one that is gone.
 * Of an app that is not active, nothing is sent until it is.
 */
export async function workOffQueue(
  ctx: Delivering,
  { appId, endpointId }: EndpointKey,
  isStopping: () => boolean = () => false,
): Promise<void> {
  const { store, platform } = ctx
  const app = await store.get(appId, 'apps', {})
  if (!app?.active) {
    // Whoever has shut an app has stopped it from making calls, too.
    const dueAt = new Date(platform.now() + endpointPauseMsMax)
    await store.updateIf(appId, 'endpoints', { endpointId }, { set: { dueAt } })
    return
  }
  while (!isStopping()) {
    const endpoint = await store.get(appId, 'endpoints', { endpointId })
    const now = new Date(platform.now())
    if (endpoint?.status !== 'ACTIVE' || endpoint.dueAt === null || endpoint.dueAt > now) return
    const due = await store.find(
      appId,
      'deliveries',
      { endpointId, status: 'PENDING', dueAt: { lte: now } },
      { orderBy: 'dueAt', limit: endpoint.failures > 0 ? 1 : deliveriesPerEndpointAtOnceMax },
    )
    if (due.length === 0) return rest(ctx, endpoint)
    const came = await attemptAll(ctx, endpoint, due)
    if (came.includes('gone')) return disable(ctx, endpoint)
    const isAnswering = came.includes('delivered')
    const record = isAnswering ? { failures: 0, failingSince: null } : endpoint
    if (came.includes('failed')) return pause(ctx, { ...endpoint, ...record })
    // Another core is at this queue: it needs no second one.
    if (!isAnswering) return
    if (endpoint.failures > 0) await change(ctx, endpoint, { set: record })
  }
}

/** Tries them beside each other; a fault of one is told when all have ended, so that none is left behind. */
async function attemptAll(
  ctx: Delivering,
  endpoint: EndpointDoc,
  due: readonly DeliveryDoc[],
): Promise<Attempt[]> {
  const ends = await Promise.allSettled(due.map((delivery) => attemptDelivery(ctx, endpoint, delivery)))
  return ends.map((end) => {
    if (end.status === 'rejected') throw end.reason
    return end.value
  })
}

const change = (
  { store }: Delivering,
  { appId, endpointId }: EndpointDoc,
  to: Change<'endpoints'>,
): Promise<number> => store.updateIf(appId, 'endpoints', { endpointId, status: 'ACTIVE' }, to)

/** Nothing is due: sleeps until something is. What was put into the queue meanwhile has counted `wakes` up. */
async function rest({ store }: Delivering, { appId, endpointId, wakes }: EndpointDoc): Promise<void> {
  const [next] = await store.find(
    appId,
    'deliveries',
    { endpointId, status: 'PENDING' },
    { orderBy: 'dueAt', limit: 1 },
  )
  await store.updateIf(appId, 'endpoints', { endpointId, wakes }, { set: { dueAt: next?.dueAt ?? null } })
}

async function pause(ctx: Delivering, endpoint: EndpointDoc): Promise<void> {
  const nowMs = ctx.platform.now()
  const failingSince = endpoint.failingSince ?? new Date(nowMs)
  if (nowMs - failingSince.getTime() >= endpointFailingMsMax) return disable(ctx, endpoint)
  const pauseMs = Math.min(endpointPauseMsMax, endpointPauseMsMin * 2 ** Math.min(endpoint.failures, 30))
  const dueAt = new Date(nowMs + pauseMs)
  await change(ctx, endpoint, { set: { dueAt, failingSince, failures: endpoint.failures + 1 } })
}

async function disable(ctx: Delivering, endpoint: EndpointDoc): Promise<void> {
  const { appId, endpointId } = endpoint
  const failingSince = endpoint.failingSince ?? new Date(ctx.platform.now())
  await change(ctx, endpoint, { set: { status: 'DISABLED', dueAt: null, failingSince } })
  ctx.log({ level: 'warn', event: 'endpoint_disabled', appId, endpointId })
}
