import {
  DeliveriesQuery,
  DeliveryId,
  EndpointId,
  EndpointInput,
  Nothing,
  ReplayRequest,
  RotateSecretRequest,
} from '@holdfast/contract'
import { type Context, Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { bodyOf, idOf, parse, secretAppOf } from '../http/requests.ts'
import { deleteEndpoint } from './delete-endpoint.ts'
import { endpointView } from './endpoint-view.ts'
import { putEndpoint } from './put-endpoint.ts'
import { listDeliveries, listEndpoints, readEndpoint } from './read-endpoints.ts'
import { replayDelivery, replaySince } from './replay.ts'
import { rotateSecret } from './rotate-secret.ts'
import { sendTest } from './send-test.ts'

/** Where an app is told what happened, as its own server sets it up. */
export function webhookRoutes(core: Core) {
  const idIn = (c: Context<CoreEnv>) => idOf(EndpointId, c.req.param('endpoint') ?? '')
  return new Hono<CoreEnv>()
    .get('/', async (c) => c.json(await listEndpoints(core, secretAppOf(c)), 200))
    .put('/:endpoint', async (c) => {
      const appId = secretAppOf(c)
      const put = { appId, endpointId: idIn(c), input: bodyOf(c, EndpointInput) }
      const { created, endpoint } = await putEndpoint(core, put)
      return c.json(endpoint, created ? 201 : 200)
    })
    .get('/:endpoint', async (c) => {
      const endpoint = await readEndpoint(core.store, secretAppOf(c), idIn(c))
      return c.json(endpointView(endpoint, new Date(core.platform.now())), 200)
    })
    .delete('/:endpoint', async (c) => {
      await deleteEndpoint(core, secretAppOf(c), idIn(c))
      return c.body(null, 204)
    })
    .post('/:endpoint/rotate-secret', async (c) => {
      const appId = secretAppOf(c)
      const request = bodyOf(c, RotateSecretRequest)
      return c.json(await rotateSecret(core, { appId, endpointId: idIn(c), request }), 201)
    })
    .post('/:endpoint/test', async (c) => {
      const appId = secretAppOf(c)
      bodyOf(c, Nothing)
      return c.json(await sendTest(core, appId, idIn(c)), 201)
    })
    .post('/:endpoint/replay', async (c) => {
      const appId = secretAppOf(c)
      const request = bodyOf(c, ReplayRequest)
      return c.json(await replaySince(core, { appId, endpointId: idIn(c), request }), 200)
    })
    .get('/:endpoint/deliveries', async (c) => {
      const appId = secretAppOf(c)
      const page = parse(DeliveriesQuery, c.req.query())
      return c.json(await listDeliveries(core, appId, idIn(c), page), 200)
    })
    .post('/:endpoint/deliveries/:delivery/replay', async (c) => {
      const appId = secretAppOf(c)
      bodyOf(c, Nothing)
      const deliveryId = idOf(DeliveryId, c.req.param('delivery'))
      return c.json(await replayDelivery(core, { appId, endpointId: idIn(c), deliveryId }), 200)
    })
}
