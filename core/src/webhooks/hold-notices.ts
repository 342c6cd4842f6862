import { HoldNoticeType, Notice } from '@holdfast/contract'
import type { Change, EventRef } from '@holdfast/inventory'
import type { Core } from '../context.ts'
import type { DeliveryDoc } from '../store/schema.ts'
import { userOf } from './booking-notices.ts'
import { endpointsFor, newDelivery } from './queue.ts'

/** The changes of an inventory that an app is told of. */
const types: Readonly<Partial<Record<Change['kind'], HoldNoticeType>>> = {
  hold: 'hold.created',
  extend: 'hold.extended',
  release: 'hold.released',
  expire: 'hold.expired',
}

/**
 * What the endpoints of an app are told of these changes, to be enqueued in the transaction that moves the cursor over
 * them. Nothing is asked of the store but the endpoints, and nothing made where none wants it.
 */
export async function holdDeliveries(
  { store, platform }: Pick<Core, 'store' | 'platform'>,
  { appId, eventId }: EventRef,
  epoch: number,
  changes: readonly Change[],
): Promise<DeliveryDoc[]> {
  if (!changes.some(({ kind }) => types[kind])) return []
  const endpoints = await endpointsFor(store, appId, HoldNoticeType.options)
  if (endpoints.length === 0) return []
  const made: Promise<DeliveryDoc>[] = []
  for (const change of changes) {
    const type = types[change.kind]
    const notice = type && noticeOf(eventId, epoch, change, type)
    if (!notice) continue
    const wanting = endpoints.filter(({ events }) => events.includes(type))
    const names = [eventId, epoch, change.ver]
    made.push(...wanting.map((endpoint) => newDelivery(platform, endpoint, notice, names)))
  }
  return Promise.all(made)
}

function noticeOf(
  eventId: EventRef['eventId'],
  epoch: number,
  { grantId, owner, seats, untilMs, atMs, ver }: Change,
  type: HoldNoticeType,
): Notice | null {
  if (!grantId || !owner) return null
  return Notice.parse({
    type,
    timestamp: new Date(atMs).toISOString(),
    data: {
      event: eventId,
      hold: grantId,
      user: userOf(owner),
      seats,
      expiresAt: new Date(untilMs).toISOString(),
      epoch,
      version: ver,
    },
  })
}
