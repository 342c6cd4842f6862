import { type PaymentProvider, type WebhookCommand, WebhookReply } from '@holdfast/contract'
import { base64url } from 'jose'
import { type Caller, jsonBytes, type Passed } from './core-client.ts'
import { readBody } from './middleware/body-limit.ts'
import type { Services } from './services.ts'

/** Headers in which providers sign and name what they send. */
const told = ['stripe-signature', 'x-razorpay-signature']

/** Hands a webhook to core as it came: the signature is over its bytes, and core has the secrets. */
export async function hearProvider(
  { core }: Pick<Services, 'core'>,
  request: Request,
  {
    provider,
    account,
    bodyBytesMax,
    caller,
  }: {
    readonly provider: PaymentProvider
    readonly account: string
    readonly bodyBytesMax: number
    readonly caller: Caller
  },
): Promise<Passed> {
  const bytes = await readBody(request, bodyBytesMax)
  const sent = told.flatMap((name) => {
    const value = request.headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  const headers = Object.fromEntries(sent)
  const command: WebhookCommand = { provider, account, headers, body: base64url.encode(bytes) }
  const body = jsonBytes(command)
  return core.pass(WebhookReply, { method: 'POST', path: '/internal/webhooks', body, caller })
}
