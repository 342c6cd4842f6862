import {
  type AppId,
  coreBudgetMs,
  type EventId,
  type EventInput,
  type EventSummary,
  Problem,
} from '@holdfast/contract'
import type { Core } from '../context.ts'
import { applyPoke } from '../outbox/rows.ts'
import type { EventDoc } from '../store/schema.ts'
import { isDuplicate } from '../store/store.ts'
import { eventSummary } from './event-view.ts'

type Context = Pick<Core, 'store' | 'platform'>

interface Result {
  readonly created: boolean
  readonly event: EventSummary
}

/**
 * Creates an event, or changes its settings. The currency of an event that exists stays: prices are in it.
 * Changed settings reach the inventory by the outbox row written with them.
 */
export async function putEvent(
  ctx: Context,
  { appId, eventId, input }: { appId: AppId; eventId: EventId; input: EventInput },
): Promise<Result> {
  const { startsAt, ...settings } = input
  const fields = { ...settings, startsAt: startsAt === undefined ? null : new Date(startsAt) }
  const fresh: EventDoc = {
    appId,
    eventId,
    ...fields,
    rev: 1,
    epoch: 0,
    seatCount: 0,
    frame: null,
    createdAt: new Date(ctx.platform.now()),
  }
  try {
    await ctx.store.insert(appId, 'events', fresh)
    return { created: true, event: eventSummary(fresh) }
  } catch (error) {
    if (!isDuplicate(error, 'events', 'primary')) throw error
  }
  const { currency, ...changes } = fields
  const poke = applyPoke({ appId, eventId }, ctx.platform)
  await ctx.store.transaction(coreBudgetMs, async (tx) => {
    const changed = await tx.updateIf(
      appId,
      'events',
      { eventId, currency },
      { set: changes, inc: { rev: 1 } },
    )
    if (changed !== 1)
      throw new Problem('invalid_request', { errors: [{ path: 'currency', message: 'cannot change' }] })
    await tx.insert(appId, 'outbox', poke)
  })
  const event = await ctx.store.get(appId, 'events', { eventId })
  if (!event) throw new Problem('not_found')
  return { created: false, event: eventSummary(event) }
}
