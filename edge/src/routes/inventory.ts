import {
  BlockSeatsReply,
  BlockSeatsRequest,
  ImportPlanRequest,
  SyncSeatsReply,
  SyncSeatsRequest,
} from '@holdfast/contract'
import { Hono } from 'hono'
import type { EdgeEnv } from '../context.ts'
import { changeEvent } from '../event-changes.ts'
import { jsonBody, pathIds } from '../middleware/validate.ts'
import type { Services } from '../services.ts'
import { EventPath } from './paths.ts'

/** The seats of an event, as its organiser's server describes them, blocks them and puts them back on sale. */
export function inventoryRoutes({ guards, core, events }: Pick<Services, 'guards' | 'core' | 'events'>) {
  return new Hono<EdgeEnv>()
    .put(
      '/:eventId/seats',
      guards.app,
      guards.secretKey,
      guards.writes,
      pathIds(EventPath),
      jsonBody(SyncSeatsRequest),
      (c) =>
        changeEvent(core, events, {
          ...c.req.valid('param'),
          appId: c.get('app').appId,
          method: 'PUT',
          part: '/seats',
          body: c.get('body'),
          caller: c.var,
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
          appId: c.get('app').appId,
          method: 'POST',
          part: '/seats/block',
          body: c.get('body'),
          caller: c.var,
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
          appId: c.get('app').appId,
          method: 'POST',
          part: '/seats/unblock',
          body: c.get('body'),
          caller: c.var,
          reply: BlockSeatsReply,
        }),
    )
    .put(
      '/:eventId/plan',
      guards.app,
      guards.secretKey,
      guards.writes,
      pathIds(EventPath),
      jsonBody(ImportPlanRequest),
      (c) =>
        changeEvent(core, events, {
          ...c.req.valid('param'),
          appId: c.get('app').appId,
          method: 'PUT',
          part: '/plan',
          body: c.get('body'),
          caller: c.var,
          reply: SyncSeatsReply,
        }),
    )
}
