import { HoldView, headers } from '@holdfast/contract'
import { type ApiAnswer, type ApiCall, callApi } from '../../edge/dev/api.ts'
import type { Facts } from './command.ts'

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
  const post = (path: string, body: unknown) => call(path, { method: 'POST', body })
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
