import { HoldView, headers, inventoryCallMs, ProblemBody, systemPlatform } from '@holdfast/contract'
import { type ApiAnswer, type ApiCall, callApi } from '../../edge/dev/api.ts'
import type { Facts } from './command.ts'

/**
 * Sends a call with a key of its own, again while it is refused for want of time: on a busy machine the edge may wait for
 * Redis in vain. A fault before that wait is over is one of the edge's.
 */
async function insist(send: (key: string) => Promise<ApiAnswer>): Promise<ApiAnswer> {
  const key = crypto.randomUUID()
  for (;;) {
    const sentMs = performance.now()
    const answer = await send(key)
    if (answer.status !== 503) return answer
    const { code } = ProblemBody.parse(answer.body)
    if (code === 'dependency_unavailable' && performance.now() - sentMs < inventoryCallMs)
      throw new Error('the edge has not waited for Redis')
    await systemPlatform.sleep(100)
  }
}

/** What a shop's server does with its secret key, for one of its users. */
export function shopOf(
  { edgeUrl, secretKey, eventId }: Pick<Facts, 'edgeUrl' | 'secretKey' | 'eventId'>,
  user = 'ann',
) {
  const call = (path: string, init: ApiCall = {}): Promise<ApiAnswer> =>
    callApi(`${edgeUrl}/v1${path}`, {
      ...init,
      headers: { [headers.apiKey]: secretKey, [headers.externalUserId]: user, ...init.headers },
    })
  const event = `/events/${eventId}`
  const post = (path: string, body: unknown) =>
    insist((key) => call(path, { method: 'POST', body, headers: { [headers.idempotencyKey]: key } }))
  return {
    call,
    put: (path: string, body: unknown) => call(`${event}${path}`, { method: 'PUT', body }),
    freeSeats: (limit: number) => call(`${event}/seats?status=free&limit=${limit}`),
    hold: (seats: readonly string[]) => post(`${event}/holds`, { seats }),
    holdOf: (id: string) => call(`${event}/holds/${id}`),
    confirm: (id: string, paymentId: string) =>
      post(`${event}/holds/${id}/confirm`, { payment: { id: paymentId } }),
    booking: (id: string) => call(`/bookings/${id}`),
    receipt: (id: string) => call(`/bookings/${id}/receipt`),
  }
}
export type Shop = ReturnType<typeof shopOf>

/** The hold in an answer. */
export const holdIn = ({ body }: ApiAnswer): HoldView => HoldView.parse(body)
