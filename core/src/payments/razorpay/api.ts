import type * as z from 'zod'
import { type Budget, ProviderFault, type ProviderTools } from '../provider-call.ts'

/** A key of one account. */
export interface RazorpayKey {
  readonly keyId: string
  readonly keySecret: string
  readonly apiUrl: string
}

interface Call {
  readonly path: string
  /** Sent by POST; without one it is a GET. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Calls Razorpay. The answer, or null: it understood and said no, which is 400 for what does not exist too
 * (https://razorpay.com/docs/errors). Everything else is thrown.
 */
export type RazorpayApi = <Schema extends z.ZodType>(
  schema: Schema,
  call: Call,
  budget: Budget,
) => Promise<z.infer<Schema> | null>

/**
 * Plain fetch: Razorpay's own library (2.9.8) takes neither a deadline, nor headers of a call such as the one that
 * makes a refund safe to repeat, and throws away why a call failed.
 */
export function razorpayApi({ keyId, keySecret, apiUrl }: RazorpayKey, tools: ProviderTools): RazorpayApi {
  const authorization = `Basic ${btoa(`${keyId}:${keySecret}`)}`
  return async (schema, { path, body, headers }, { signal }) => {
    signal.throwIfAborted()
    const sent =
      body === undefined
        ? { method: 'GET', headers: { authorization } }
        : {
            method: 'POST',
            headers: { ...headers, authorization, 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }
    const answer = await tools.fetch(new URL(path, apiUrl), { ...sent, redirect: 'error', signal })
    if (answer.ok) return schema.parse(await answer.json())
    await answer.body?.cancel()
    if (answer.status === 400 || answer.status === 404) return null
    throw new ProviderFault('no answer to rely on', answer.status)
  }
}
