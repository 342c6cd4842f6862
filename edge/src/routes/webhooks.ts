import {
  DeliveriesQuery,
  DeliveryPage,
  DeliveryPath,
  DeliveryView,
  EndpointInput,
  EndpointList,
  EndpointPath,
  EndpointView,
  Nothing,
  PutEndpointReply,
  ReplayReply,
  ReplayRequest,
  RotatedSecret,
  RotateSecretRequest,
} from '@holdfast/contract'
import { Hono } from 'hono'
import type { EdgeEnv } from '../context.ts'
import { pagePath } from '../event-reader.ts'
import { jsonBody, pathIds, query } from '../middleware/validate.ts'
import { passOn } from '../pass-on.ts'
import type { Services } from '../services.ts'

const root = '/v1/webhooks'

/** Where an app is told what happened: all of it is core's. */
export function webhookRoutes({ guards, core }: Pick<Services, 'guards' | 'core'>) {
  const { app, secretKey, writes } = guards
  return new Hono<EdgeEnv>()
    .get('/', app, secretKey, (c) => passOn(core, EndpointList, { method: 'GET', path: root, caller: c.var }))
    .get('/:endpointId', app, secretKey, pathIds(EndpointPath), (c) => {
      const path = `${root}/${c.req.valid('param').endpointId}`
      return passOn(core, EndpointView, { method: 'GET', path, caller: c.var })
    })
    .put('/:endpointId', app, secretKey, writes, pathIds(EndpointPath), jsonBody(EndpointInput), (c) => {
      const path = `${root}/${c.req.valid('param').endpointId}`
      return passOn(core, PutEndpointReply, { method: 'PUT', path, body: c.get('body'), caller: c.var })
    })
    .delete('/:endpointId', app, secretKey, writes, pathIds(EndpointPath), (c) => {
      const path = `${root}/${c.req.valid('param').endpointId}`
      return passOn(core, null, { method: 'DELETE', path, caller: c.var })
    })
    .post(
      '/:endpointId/rotate-secret',
      app,
      secretKey,
      writes,
      pathIds(EndpointPath),
      jsonBody(RotateSecretRequest),
      (c) => {
        const path = `${root}/${c.req.valid('param').endpointId}/rotate-secret`
        return passOn(core, RotatedSecret, { method: 'POST', path, body: c.get('body'), caller: c.var })
      },
    )
    .post('/:endpointId/test', app, secretKey, writes, pathIds(EndpointPath), jsonBody(Nothing), (c) => {
      const path = `${root}/${c.req.valid('param').endpointId}/test`
      return passOn(core, DeliveryView, { method: 'POST', path, body: c.get('body'), caller: c.var })
    })
    .post(
      '/:endpointId/replay',
      app,
      secretKey,
      writes,
      pathIds(EndpointPath),
      jsonBody(ReplayRequest),
      (c) => {
        const path = `${root}/${c.req.valid('param').endpointId}/replay`
        return passOn(core, ReplayReply, { method: 'POST', path, body: c.get('body'), caller: c.var })
      },
    )
    .get('/:endpointId/deliveries', app, secretKey, pathIds(EndpointPath), query(DeliveriesQuery), (c) => {
      const { endpointId } = c.req.valid('param')
      const path = pagePath(`${root}/${endpointId}/deliveries`, c.req.valid('query'))
      return passOn(core, DeliveryPage, { method: 'GET', path, caller: c.var })
    })
    .post(
      '/:endpointId/deliveries/:deliveryId/replay',
      app,
      secretKey,
      writes,
      pathIds(DeliveryPath),
      jsonBody(Nothing),
      (c) => {
        const { endpointId, deliveryId } = c.req.valid('param')
        const path = `${root}/${endpointId}/deliveries/${deliveryId}/replay`
        return passOn(core, DeliveryView, { method: 'POST', path, body: c.get('body'), caller: c.var })
      },
    )
}
