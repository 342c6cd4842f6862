import {
  EventId,
  EventInput,
  ImportPlanRequest,
  PageQuery,
  Problem,
  SyncSeatsRequest,
} from '@holdfast/contract'
import { Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { appOf, bodyOf, idOf, parse, secretAppOf } from '../http/requests.ts'
import { pokeSubject } from '../outbox/relay.ts'
import { planToInventory } from './plan-to-inventory.ts'
import { putEvent } from './put-event.ts'
import { listEvents, readEvent } from './read-event.ts'
import { syncSeats } from './sync-seats.ts'

/** Events and their seats. */
export function eventRoutes(core: Core) {
  return new Hono<CoreEnv>()
    .get('/', async (c) => {
      const page = parse(PageQuery, c.req.query())
      return c.json(await listEvents(core, { appId: appOf(c).id, page }), 200)
    })
    .get('/:event', async (c) => {
      const eventId = idOf(EventId, c.req.param('event'))
      return c.json(await readEvent(core, { appId: appOf(c).id, eventId }), 200)
    })
    .put('/:event', async (c) => {
      const appId = secretAppOf(c)
      const eventId = idOf(EventId, c.req.param('event'))
      const { created, event } = await putEvent(core, { appId, eventId, input: bodyOf(c, EventInput) })
      await pokeSubject(core, appId, eventId)
      return c.json(event, created ? 201 : 200)
    })
    .put('/:event/seats', async (c) => {
      const appId = secretAppOf(c)
      const eventId = idOf(EventId, c.req.param('event'))
      const { seats } = bodyOf(c, SyncSeatsRequest)
      const reply = await syncSeats(core, { appId, eventId, seats })
      await pokeSubject(core, appId, eventId)
      return c.json(reply, 200)
    })
    .put('/:event/plan', async (c) => {
      const appId = secretAppOf(c)
      const eventId = idOf(EventId, c.req.param('event'))
      const planned = planToInventory(bodyOf(c, ImportPlanRequest))
      if (!planned.ok) throw new Problem('invalid_request', { errors: planned.errors })
      const reply = await syncSeats(core, { appId, eventId, seats: planned.seats, frame: planned.frame })
      await pokeSubject(core, appId, eventId)
      return c.json(reply, 200)
    })
}
