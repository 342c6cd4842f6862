import { HoldRequest, headers, newId, Problem } from '@holdfast/contract'
import { Hono } from 'hono'
import { noStore } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import { notReady } from '../event-reader.ts'
import { absentProblem, holdProblem, overProblem } from '../hold-problems.ts'
import { askDecision } from '../hold-truth.ts'
import { holdPath, holdView } from '../hold-views.ts'
import { idempotencyKey } from '../middleware/idempotency-key.ts'
import { jsonBody, pathIds } from '../middleware/validate.ts'
import type { Services } from '../services.ts'
import { EventPath, HoldPath, Nothing } from './paths.ts'

/** Holds: one script in Redis decides each of these. Core is asked only for what Redis has lost or never had. */
export function holdRoutes({
  guards,
  inventory,
  core,
  events,
  intents,
  platform,
}: Pick<Services, 'guards' | 'inventory' | 'core' | 'events' | 'intents' | 'platform'>) {
  const intent = idempotencyKey(platform)

  return new Hono<EdgeEnv>()
    .post(
      '/:eventId/holds',
      guards.app,
      guards.user,
      guards.writes,
      intent,
      pathIds(EventPath),
      jsonBody(HoldRequest),
      async (c) => {
        const event = { appId: c.get('app').appId, eventId: c.req.valid('param').eventId }
        const owner = c.get('principal')
        const holdKey = await intents.holdKey({ ...event, owner, idempotencyKey: c.get('idempotencyKey') })
        const operationId = newId('op', platform.random)
        const reply = await inventory.hold(event, { holdKey, owner, operationId, ...c.req.valid('json') })
        switch (reply.word) {
          case 'held':
          case 'replayed':
            if (reply.word === 'replayed') c.header(headers.idempotentReplayed, 'true')
            c.header('location', holdPath(event.eventId, reply.hold.grantId))
            return c.json(holdView(event.eventId, reply.hold, reply.nowMs), 201, noStore)
          case 'not_ready':
            return notReady(events, event, c.var)
          default:
            throw holdProblem(reply)
        }
      },
    )
    .post(
      '/:eventId/holds/:holdId/extend',
      guards.app,
      guards.user,
      guards.writes,
      intent,
      pathIds(HoldPath),
      jsonBody(Nothing),
      async (c) => {
        const { eventId, holdId: grantId } = c.req.valid('param')
        const event = { appId: c.get('app').appId, eventId }
        const intended = { ...event, grantId, idempotencyKey: c.get('idempotencyKey') }
        const operationId = await intents.operationId(intended)
        const reply = await inventory.extend(event, grantId, c.get('principal'), operationId)
        switch (reply.word) {
          case 'extended':
            return c.json(holdView(eventId, reply.hold, reply.nowMs), 200, noStore)
          case 'cannot_extend':
            throw new Problem('cannot_extend')
          case 'lost':
          case 'not_found':
            throw absentProblem(reply.word, await askDecision(core, { eventId, grantId, caller: c.var }))
          case 'not_ready':
            return notReady(events, event, c.var)
          default:
            throw overProblem(reply)
        }
      },
    )
}
