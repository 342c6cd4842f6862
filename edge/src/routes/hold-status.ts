import { Problem } from '@holdfast/contract'
import { type Hold, InventoryFault, type ReadReply } from '@holdfast/inventory'
import { Hono } from 'hono'
import { noStore } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import { notReady } from '../event-reader.ts'
import { absentProblem, confirmedProblem } from '../hold-problems.ts'
import { askDecision, decidedView } from '../hold-truth.ts'
import { goneHoldView, holdPath, holdView } from '../hold-views.ts'
import { pathIds } from '../middleware/validate.ts'
import type { Services } from '../services.ts'
import { HoldPath } from './paths.ts'

/** What became of a hold, and giving it back. Where Redis cannot tell, or what it tells may be over, core does. */
export function holdStatusRoutes({
  guards,
  inventory,
  core,
  events,
}: Pick<Services, 'guards' | 'inventory' | 'core' | 'events'>) {
  return new Hono<EdgeEnv>()
    .get('/:eventId/holds/:holdId', guards.app, guards.user, pathIds(HoldPath), async (c) => {
      const { eventId, holdId: grantId } = c.req.valid('param')
      const event = { appId: c.get('app').appId, eventId }
      const read = await orNull(inventory.read(event, grantId, c.get('principal')))
      if (read?.word === 'hold' && !isOverdue(read.hold, read.nowMs)) {
        return c.json(holdView(eventId, read.hold, read.nowMs), 200, noStore)
      }
      const decided = await decidedView(core, { eventId, grantId, caller: c.var }, read)
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
        const reply = await inventory.release(event, grantId, c.get('principal'))
        switch (reply.word) {
          case 'released':
          case 'expired':
            return c.body(null, 204, noStore)
          case 'confirmed':
            throw confirmedProblem(reply.hold.bookingId)
          case 'confirming': {
            const path = holdPath(eventId, grantId)
            const answer = await core.send({ method: 'DELETE', path, caller: c.var })
            if (answer.kind === 'refusal') throw answer.problem
            if (answer.kind === 'silence') throw new Problem('dependency_unavailable', {}, 1)
            return c.body(null, 204, noStore)
          }
          case 'lost':
          case 'not_found': {
            const decided = await askDecision(core, { eventId, grantId, caller: c.var })
            const isOver = decided.decision === 'expired' || decided.decision === 'released'
            if (!isOver) throw absentProblem(reply.word, decided)
            return c.body(null, 204, noStore)
          }
          case 'not_ready':
            return notReady(events, event, c.var)
        }
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

/** A confirm that took longer than its lease: the seats wait for what the store decides, and so does the answer. */
const isOverdue = (hold: Hold, nowMs: number): boolean =>
  hold.status === 'confirming' && hold.untilMs <= nowMs
