import { EventInput, EventSummary, EventsQuery } from '@holdfast/contract'
import { Hono } from 'hono'
import { tagged } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import { changeEvent } from '../event-changes.ts'
import { jsonBody, pathIds, query } from '../middleware/validate.ts'
import type { Services } from '../services.ts'
import { EventPath } from './paths.ts'

/** Events and their charts: read from what this isolate keeps; made and changed by servers, at core. */
export function eventRoutes({ guards, core, events }: Pick<Services, 'guards' | 'core' | 'events'>) {
  return new Hono<EdgeEnv>()
    .get('/', guards.app, query(EventsQuery), async (c) => {
      const { text, etag } = await events.list(c.get('app').appId, c.req.valid('query'), c.var)
      return tagged(c, { body: text, etag, type: 'application/json' })
    })
    .get('/:eventId', guards.app, pathIds(EventPath), async (c) => {
      const { text, etag } = await events.one(c.get('app').appId, c.req.valid('param').eventId, c.var)
      return tagged(c, { body: text, etag, type: 'application/json' })
    })
    .put(
      '/:eventId',
      guards.app,
      guards.secretKey,
      guards.writes,
      pathIds(EventPath),
      jsonBody(EventInput),
      (c) =>
        changeEvent(core, events, {
          ...c.req.valid('param'),
          appId: c.get('app').appId,
          method: 'PUT',
          part: '',
          body: c.get('body'),
          caller: c.var,
          reply: EventSummary,
        }),
    )
}
