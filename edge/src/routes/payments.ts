import { Nothing, PaymentPath, PaymentView, RefundPath, RefundView, WebhookPath } from '@holdfast/contract'
import { Hono } from 'hono'
import { jsonText, noStore } from '../answers.ts'
import type { EdgeEnv } from '../context.ts'
import { hearProvider } from '../hear-provider.ts'
import { jsonBody, pathIds } from '../middleware/validate.ts'
import type { Services } from '../services.ts'

/** What became of payments, as core has them, and what their providers tell. */
export function paymentRoutes({ guards, core }: Pick<Services, 'guards' | 'core'>) {
  return new Hono<EdgeEnv>()
    .get('/payments/:paymentId', guards.app, guards.userIfAny, pathIds(PaymentPath), async (c) => {
      const path = `/v1/payments/${c.req.valid('param').paymentId}`
      const { text } = await core.ask(PaymentView, { method: 'GET', path, caller: c.var })
      return jsonText(text, 200, noStore)
    })
    .post('/payments/:provider/:account/webhook', guards.webhooks, pathIds(WebhookPath), async (c) => {
      const { bodyBytesMax } = c.var
      const from = { ...c.req.valid('param'), bodyBytesMax, caller: c.var }
      return jsonText(await hearProvider({ core }, c.req.raw, from), 200, noStore)
    })
    .post(
      '/refunds/:refundId/settle',
      guards.app,
      guards.secretKey,
      guards.writes,
      pathIds(RefundPath),
      jsonBody(Nothing),
      async (c) => {
        const path = `/v1/refunds/${c.req.valid('param').refundId}/settle`
        const { text } = await core.ask(RefundView, {
          method: 'POST',
          path,
          body: c.get('body'),
          caller: c.var,
        })
        return jsonText(text, 200, noStore)
      },
    )
}
