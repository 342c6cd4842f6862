import {
  type AppId,
  BlockSeatsRequest,
  EventId,
  EventInput,
  EventsQuery,
  ImportPlanQuery,
  ImportPlanRequest,
  SeatNamesQuestion,
  SyncSeatsQuery,
  SyncSeatsRequest,
} from '@holdfast/contract'
import { Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { appOf, bodyOf, idOf, parse, secretAppOf } from '../http/requests.ts'
import { pokeSubject } from '../outbox/relay.ts'
import { blockSeats } from './block-seats.ts'
import { importPlan, takenOf } from './import-plan.ts'
import { nameSeats } from './name-seats.ts'
import { putEvent } from './put-event.ts'
import { listEvents, readEvent } from './read-event.ts'
import { syncSeats } from './sync-seats.ts'

/** How long an answer waits for Redis to follow the store; with what takes longer it goes on behind the answer. */
const followMsMax = 3_000

/** What the edge asks about seats that it has only ids of: of its caller's app, or for the admin of any. */
export function seatNameRoutes(core: Core) {
  return new Hono<CoreEnv>().post('/internal/seats/names', async (c) => {
    const { seats } = bodyOf(c, SeatNamesQuestion)
    const { admin } = c.get('claims')
    const questions = seats.map((asked) => ({
      appId: admin && asked.app !== undefined ? asked.app : appOf(c).id,
      asked,
    }))
    return c.json(await nameSeats(core, questions), 200)
  })
}

/** Events and their seats. */
export function eventRoutes(core: Core) {
  /** Brings Redis in line now, so that a change is seen by whoever asks after the answer. The relay does what fails. */
  const follow = async (appId: AppId, eventId: EventId): Promise<void> => {
    const told = pokeSubject(core, appId, eventId).catch(() => {
      core.log({ level: 'warn', event: 'event_left_to_relay', appId, eventId })
    })
    await Promise.race([told, core.platform.sleep(followMsMax)])
  }

  return new Hono<CoreEnv>()
    .get('/', async (c) => {
      const asked = parse(EventsQuery, c.req.query())
      return c.json(await listEvents(core, { appId: appOf(c).id, asked }), 200)
    })
    .get('/:event', async (c) => {
      const eventId = idOf(EventId, c.req.param('event'))
      return c.json(await readEvent(core, { appId: appOf(c).id, eventId }), 200)
    })
    .put('/:event', async (c) => {
      const appId = secretAppOf(c)
      const eventId = idOf(EventId, c.req.param('event'))
      const { created, event } = await putEvent(core, { appId, eventId, input: bodyOf(c, EventInput) })
      await follow(appId, eventId)
      return c.json(event, created ? 201 : 200)
    })
    .put('/:event/seats', async (c) => {
      const appId = secretAppOf(c)
      const eventId = idOf(EventId, c.req.param('event'))
      const { seats } = bodyOf(c, SyncSeatsRequest)
      const { relabel } = parse(SyncSeatsQuery, c.req.query())
      const isTaken = await takenOf(core, { appId, eventId })
      const reply = await syncSeats(core, { appId, eventId, seats, relabel, isTaken })
      await follow(appId, eventId)
      return c.json(reply, 200)
    })
    .post('/:event/seats/:verb{block|unblock}', async (c) => {
      const appId = secretAppOf(c)
      const eventId = idOf(EventId, c.req.param('event'))
      const { seats, by } = bodyOf(c, BlockSeatsRequest)
      const blocked = c.req.param('verb') === 'block'
      const reply = await blockSeats(core, { appId, eventId, seats, blocked, by })
      await follow(appId, eventId)
      return c.json(reply, 200)
    })
    .put('/:event/plan', async (c) => {
      const appId = secretAppOf(c)
      const eventId = idOf(EventId, c.req.param('event'))
      const request = bodyOf(c, ImportPlanRequest)
      const asked = parse(ImportPlanQuery, c.req.query())
      const reply = await importPlan(core, { appId, eventId, request, asked })
      await follow(appId, eventId)
      return c.json(reply, 200)
    })
}
