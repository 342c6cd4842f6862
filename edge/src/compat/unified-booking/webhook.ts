import { paymentAccountDefault } from '@holdfast/contract'
import { Hono } from 'hono'
import type { EdgeEnv } from '../../context.ts'
import { hearProvider } from '../../hear-provider.ts'
import type { Unified } from './context.ts'

/** What Razorpay tells of the one account that the predecessor had. */
export function webhookRoutes({ envelope, services }: Unified) {
  return new Hono<EdgeEnv>().post('/webhook/razorpay', services.guards.webhooks, async (c) => {
    const { bodyBytesMax } = c.var
    const from = {
      provider: 'razorpay',
      account: paymentAccountDefault,
      bodyBytesMax,
      caller: c.var,
    } as const
    await hearProvider(services, c.req.raw, from)
    return envelope.done({ received: true }, 'Webhook received')
  })
}
