import { type HoldList, HoldRequest, headers, Problem } from '@holdfast/contract'
import { holdPath, holdView } from '@holdfast/inventory'
import { Hono } from 'hono'
import { noStore } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import { hasSeats, notReady } from '../event-reader.ts'
import { isBudgetEnforced } from '../hold-clients.ts'
import { absentProblem, endedProblem, overProblem, tooManyProblem } from '../hold-problems.ts'
import { askDecision } from '../hold-truth.ts'
import { makeHold } from '../make-hold.ts'
import { idempotencyKey } from '../middleware/idempotency-key.ts'
import { jsonBody, pathIds } from '../middleware/validate.ts'
import type { Services } from '../services.ts'
import { EventPath, HoldPath, Nothing } from './paths.ts'

/** Holds: one script in Redis decides each of these. Core is asked only for what Redis has lost or never had. */
export function holdRoutes(
  services: Pick<
    Services,
    'guards' | 'inventory' | 'core' | 'events' | 'intents' | 'holdClient' | 'platform'
  >,
) {
  const { guards, inventory, core, events, intents, platform } = services
  const intent = idempotencyKey(platform)

  return new Hono<EdgeEnv>()
    .get('/:eventId/holds', guards.app, guards.user, pathIds(EventPath), async (c) => {
      const { eventId } = c.req.valid('param')
      const event = { appId: c.get('app').appId, eventId }
      const reply = await inventory(c.var).owned(event, c.get('principal'))
      if (reply.word === 'owned') {
        const views = reply.holds.map((hold) => holdView(eventId, hold, reply.nowMs))
        return c.json({ holds: views } satisfies HoldList, 200, noStore)
      }
      // Of what has no seats there is no hold.
      if (!hasSeats(await events.one(event.appId, eventId, c.var))) return c.json({ holds: [] }, 200, noStore)
      throw new Problem('event_not_ready', {}, 1)
    })
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
        const { hold, replayed, nowMs } = await makeHold(services, {
          event,
          owner: c.get('principal'),
          idempotencyKey: c.get('idempotencyKey'),
          ...c.req.valid('json'),
          caller: c.var,
        })
        const ended = replayed ? endedProblem(hold) : null
        if (ended) throw ended
        if (replayed) c.header(headers.idempotentReplayed, 'true')
        c.header('location', holdPath(event.eventId, hold.grantId))
        return c.json(holdView(event.eventId, hold, nowMs), 201, noStore)
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
        const isEnforced = isBudgetEnforced(c.get('app'))
        const reply = await inventory(c.var).extend(
          event,
          grantId,
          c.get('principal'),
          operationId,
          isEnforced,
        )
        switch (reply.word) {
          case 'extended':
            return c.json(holdView(eventId, reply.hold, reply.nowMs), 200, noStore)
          case 'cannot_extend':
            throw new Problem('cannot_extend')
          case 'too_many':
            throw tooManyProblem(reply)
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
