import {
  type AppId,
  type EventId,
  EventInput,
  EventSummary,
  ImportPlanRequest,
  PageQuery,
  SyncSeatsReply,
  SyncSeatsRequest,
} from '@holdfast/contract'
import { Hono } from 'hono'
import type * as z from 'zod'
import { jsonText, noStore, tagged } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import type { Caller } from '../core-client.ts'
import { jsonBody, pathIds, query } from '../middleware/validate.ts'
import type { Services } from '../services.ts'
import { EventPath } from './paths.ts'

/** Events and their charts: read from what this isolate keeps, changed by servers, at core. */
export function eventRoutes({ guards, core, events }: Pick<Services, 'guards' | 'core' | 'events'>) {
  const change = async <Schema extends z.ZodType>(
    reply: Schema,
    {
      appId,
      eventId,
      path,
      body,
      caller,
    }: {
      readonly appId: AppId
      readonly eventId: EventId
      readonly path: string
      readonly body: Uint8Array<ArrayBuffer>
      readonly caller: Caller
    },
  ): Promise<Response> => {
    const { status, text } = await core.ask(reply, { method: 'PUT', path, body, caller })
    events.forget(appId, eventId)
    return jsonText(text, status, noStore)
  }

  return new Hono<EdgeEnv>()
    .get('/', guards.app, query(PageQuery), async (c) => {
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
      async (c) => {
        const { eventId } = c.req.valid('param')
        const { appId } = c.get('app')
        const path = `/v1/events/${eventId}`
        return change(EventSummary, { appId, eventId, path, body: c.get('body'), caller: c.var })
      },
    )
    .put(
      '/:eventId/seats',
      guards.app,
      guards.secretKey,
      guards.writes,
      pathIds(EventPath),
      jsonBody(SyncSeatsRequest),
      async (c) => {
        const { eventId } = c.req.valid('param')
        const { appId } = c.get('app')
        const path = `/v1/events/${eventId}/seats`
        return change(SyncSeatsReply, { appId, eventId, path, body: c.get('body'), caller: c.var })
      },
    )
    .put(
      '/:eventId/plan',
      guards.app,
      guards.secretKey,
      guards.writes,
      pathIds(EventPath),
      jsonBody(ImportPlanRequest),
      async (c) => {
        const { eventId } = c.req.valid('param')
        const { appId } = c.get('app')
        const path = `/v1/events/${eventId}/plan`
        return change(SyncSeatsReply, { appId, eventId, path, body: c.get('body'), caller: c.var })
      },
    )
}
