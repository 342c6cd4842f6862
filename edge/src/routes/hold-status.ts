import { decisionCallMs, type HoldView, type Platform, Problem } from '@holdfast/contract'
import { goneHoldView, type Hold, holdView, InventoryFault, type ReadReply } from '@holdfast/inventory'
import { Hono } from 'hono'
import { noStore } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import { DeadlineExceeded, within } from '../deadline.ts'
import { notReady } from '../event-reader.ts'
import { decidedView } from '../hold-truth.ts'
import { pathIds } from '../middleware/validate.ts'
import { releaseHold } from '../release-hold.ts'
import type { Services } from '../services.ts'
import { HoldPath } from './paths.ts'

/**
 * What became of a hold, and giving it back. Where Redis cannot tell, or what it tells may be over, core does: a confirm
 * is told as soon as the store has decided it, whether Redis has heard of it or not.
 */
export function holdStatusRoutes(
  services: Pick<Services, 'guards' | 'inventory' | 'core' | 'events' | 'platform'>,
) {
  const { guards, inventory, core, events, platform } = services
  return new Hono<EdgeEnv>()
    .get('/:eventId/holds/:holdId', guards.app, guards.user, pathIds(HoldPath), async (c) => {
      const { eventId, holdId: grantId } = c.req.valid('param')
      const event = { appId: c.get('app').appId, eventId }
      const read = await orNull(inventory(c.var).read(event, grantId, c.get('principal')))
      if (read?.word === 'hold' && read.hold.status !== 'confirming') {
        return c.json(holdView(eventId, read.hold, read.nowMs), 200, noStore)
      }
      const asking = decidedView(core, { eventId, grantId, caller: c.var }, read)
      const isUnderWay = read?.word === 'hold' && !isOverdue(read.hold, read.nowMs)
      const decided = await (isUnderWay ? orSilence(platform, asking) : asking)
      if (decided) return c.json(decided, 200, noStore)
      switch (read?.word) {
        case 'hold':
          return c.json(holdView(eventId, read.hold, read.nowMs), 200, noStore)
        case 'lost':
          return c.json(goneHoldView(eventId, grantId, 'lost'), 200, noStore)
        case 'not_found':
          throw new Problem('not_found')
        case 'not_ready':
          return notReady(events, event, c.var)
        case undefined:
          throw new Problem('dependency_unavailable', {}, 1)
      }
    })
    .delete(
      '/:eventId/holds/:holdId',
      guards.app,
      guards.user,
      guards.writes,
      pathIds(HoldPath),
      async (c) => {
        const { eventId, holdId: grantId } = c.req.valid('param')
        const event = { appId: c.get('app').appId, eventId }
        await releaseHold(services, { event, grantId, owner: c.get('principal'), caller: c.var })
        return c.body(null, 204, noStore)
      },
    )
}

/** What the inventory says, or null if it says nothing: then core may still know. */
async function orNull(reading: Promise<ReadReply>): Promise<ReadReply | null> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof InventoryFault) return null
    throw error
  }
}

/** What core says within a moment; null when it says nothing, for Redis knows that the confirm is under way. */
async function orSilence(
  platform: Pick<Platform, 'deadline'>,
  asking: Promise<HoldView | null>,
): Promise<HoldView | null> {
  try {
    return await within(platform.deadline(decisionCallMs), asking)
  } catch (error) {
    if (error instanceof Problem || error instanceof DeadlineExceeded) return null
    throw error
  }
}

/** A confirm that took longer than its lease: the seats wait for what the store decides, and so does the answer. */
const isOverdue = (hold: Hold, nowMs: number): boolean =>
  hold.status === 'confirming' && hold.untilMs <= nowMs
