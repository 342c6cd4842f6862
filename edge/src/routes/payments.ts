import { Nothing, PaymentPath, PaymentView, RefundPath, RefundView, WebhookPath } from '@holdfast/contract'
import { Hono } from 'hono'
import { jsonText, noStore } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import { hearProvider } from '../hear-provider.ts'
import { jsonBody, pathIds } from '../middleware/validate.ts'
import { passOn } from '../pass-on.ts'
import type { Services } from '../services.ts'

/** What became of payments, as core has them, and what their providers tell. */
export function paymentRoutes({ guards, core }: Pick<Services, 'guards' | 'core'>) {
  return new Hono<EdgeEnv>()
    .get('/payments/:paymentId', guards.app, guards.userIfAny, pathIds(PaymentPath), (c) => {
      const path = `/v1/payments/${c.req.valid('param').paymentId}`
      return passOn(core, PaymentView, { method: 'GET', path, caller: c.var })
    })
    .post('/payments/:provider/:account/webhook', guards.webhooks, pathIds(WebhookPath), async (c) => {
      const { bodyBytesMax } = c.var
      const from = { ...c.req.valid('param'), bodyBytesMax, caller: c.var }
      const { text, status } = await hearProvider({ core }, c.req.raw, from)
      return jsonText(text, status, noStore)
    })
    .post(
      '/refunds/:refundId/settle',
      guards.app,
      guards.secretKey,
      guards.writes,
      pathIds(RefundPath),
      jsonBody(Nothing),
      (c) => {
        const path = `/v1/refunds/${c.req.valid('param').refundId}/settle`
        return passOn(core, RefundView, { method: 'POST', path, body: c.get('body'), caller: c.var })
      },
    )
}
