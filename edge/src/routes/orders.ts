import { OrderRequest } from '@holdfast/contract'
import { Hono } from 'hono'
import { jsonText, noStore } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import { jsonBody, pathIds } from '../middleware/validate.ts'
import { orderPayment } from '../order-payment.ts'
import type { Services } from '../services.ts'
import { HoldPath } from './paths.ts'

/** Orders of payments, one for each hold. */
export function orderRoutes(
  services: Pick<Services, 'guards' | 'inventory' | 'core' | 'events' | 'countedClient'>,
) {
  const { guards } = services
  return new Hono<EdgeEnv>().post(
    '/:eventId/holds/:holdId/order',
    guards.app,
    guards.user,
    guards.writes,
    pathIds(HoldPath),
    jsonBody(OrderRequest),
    async (c) => {
      const { eventId, holdId: grantId } = c.req.valid('param')
      const event = { appId: c.get('app').appId, eventId }
      const ordering = {
        event,
        grantId,
        owner: c.get('principal'),
        asked: c.req.valid('json'),
        caller: c.var,
      }
      const { status, text } = await orderPayment(services, ordering)
      return jsonText(text, status, noStore)
    },
  )
}
