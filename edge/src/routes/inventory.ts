import {
  BlockSeatsReply,
  BlockSeatsRequest,
  ImportPlanQuery,
  ImportPlanReply,
  ImportPlanRequest,
  SyncSeatsQuery,
  SyncSeatsReply,
  SyncSeatsRequest,
} from '@holdfast/contract'
import { Hono } from 'hono'
import type { AppEnv, BodyEnv, EdgeEnv } from '../context.ts'
import { changeEvent } from '../event-changes.ts'
import { jsonBody, pathIds, query } from '../middleware/validate.ts'
import type { Services } from '../services.ts'
import { EventPath } from './paths.ts'

/** Who asks, and the bytes that core gets as they came. */
const sentBy = (caller: BodyEnv['Variables'] & AppEnv['Variables']) => ({
  appId: caller.app.appId,
  body: caller.body,
  caller,
})

/** The seats of an event, as its organiser's server describes them, blocks them and puts them back on sale. */
export function inventoryRoutes({ guards, core, events }: Pick<Services, 'guards' | 'core' | 'events'>) {
  return new Hono<EdgeEnv>()
    .put(
      '/:eventId/seats',
      guards.app,
      guards.secretKey,
      guards.writes,
      pathIds(EventPath),
      query(SyncSeatsQuery),
      jsonBody(SyncSeatsRequest),
      (c) =>
        changeEvent(core, events, {
          ...c.req.valid('param'),
          ...sentBy(c.var),
          method: 'PUT',
          part: '/seats',
          asked: c.req.valid('query'),
          reply: SyncSeatsReply,
        }),
    )
    .post(
      '/:eventId/seats/block',
      guards.app,
      guards.secretKey,
      guards.writes,
      pathIds(EventPath),
      jsonBody(BlockSeatsRequest),
      (c) =>
        changeEvent(core, events, {
          ...c.req.valid('param'),
          ...sentBy(c.var),
          method: 'POST',
          part: '/seats/block',
          reply: BlockSeatsReply,
        }),
    )
    .post(
      '/:eventId/seats/unblock',
      guards.app,
      guards.secretKey,
      guards.writes,
      pathIds(EventPath),
      jsonBody(BlockSeatsRequest),
      (c) =>
        changeEvent(core, events, {
          ...c.req.valid('param'),
          ...sentBy(c.var),
          method: 'POST',
          part: '/seats/unblock',
          reply: BlockSeatsReply,
        }),
    )
    .put(
      '/:eventId/plan',
      guards.app,
      guards.secretKey,
      guards.writes,
      pathIds(EventPath),
      query(ImportPlanQuery),
      jsonBody(ImportPlanRequest),
      (c) =>
        changeEvent(core, events, {
          ...c.req.valid('param'),
          ...sentBy(c.var),
          method: 'PUT',
          part: '/plan',
          asked: c.req.valid('query'),
          reply: ImportPlanReply,
        }),
    )
}
