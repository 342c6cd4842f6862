import { GuestSession, headers, ProblemBody, type ProblemCode, problems } from '@holdfast/contract'
import { expect } from 'vitest'
import type * as z from 'zod'
import { type ApiAnswer, type ApiCall, callApi } from '../../edge/dev/api.ts'
import { expectDocumented } from '../support/documented.ts'

/** The origin of the pages of every shop. */
export const pageOrigin = 'https://shop.example'

/** Somebody who calls the API, always with the same headers. */
export interface Client {
  call(method: string, path: string, call?: Pick<ApiCall, 'headers' | 'body' | 'raw'>): Promise<ApiAnswer>
  /** The same client with more headers. */
  with(more: Readonly<Record<string, string>>): Client
}

/** A client of the edge, to which nothing is answered that the table of operations does not tell of. */
export const createClient = (
  edgeUrl: string,
  always: Readonly<Record<string, string>>,
  timeoutMs = 60_000,
): Client => ({
  async call(method, path, call = {}) {
    const url = `${edgeUrl}${path}`
    const answer = await callApi(url, { method, timeoutMs, ...call, headers: { ...always, ...call.headers } })
    expectDocumented(method, url, answer)
    return answer
  },
  with: (more) => createClient(edgeUrl, { ...always, ...more }, timeoutMs),
})

/** A new guest of an app, by what a page of it calls with. */
export async function guestOf(page: Client): Promise<Client> {
  const { token } = told(201, GuestSession, await page.call('POST', '/v1/auth/guest'))
  return page.with({ authorization: `Bearer ${token}` })
}

/** What somebody does with holds of one event. A key makes a call one that can be sent again. */
export function buyerOf(client: Client, { eventId }: { readonly eventId: string }) {
  const holds = `/v1/events/${eventId}/holds`
  const keyed = (key?: string) => (key === undefined ? {} : { headers: { [headers.idempotencyKey]: key } })
  return {
    client,
    hold: (seats: readonly string[], key?: string) =>
      client.call('POST', holds, { body: { seats }, ...keyed(key) }),
    read: (hold: string) => client.call('GET', `${holds}/${hold}`),
    extend: (hold: string, key?: string) => client.call('POST', `${holds}/${hold}/extend`, keyed(key)),
    release: (hold: string) => client.call('DELETE', `${holds}/${hold}`),
    confirm: (hold: string, paymentId: string, key?: string) =>
      client.call('POST', `${holds}/${hold}/confirm`, {
        body: { payment: { id: paymentId } },
        ...keyed(key),
      }),
  }
}

/** A buyer of one event. */
export type Buyer = ReturnType<typeof buyerOf>

/** What an answer tells, if it has the status and the form that were promised. */
export function told<Schema extends z.ZodType>(
  status: number,
  schema: Schema,
  answer: ApiAnswer | undefined,
): z.output<Schema> {
  expect(answer?.status, answer?.text).toBe(status)
  return schema.parse(answer?.body)
}

/** What a refusal tells, if it is the promised one and has all that every refusal has. */
export function refused(code: ProblemCode, answer: ApiAnswer): ProblemBody {
  const problem = told(problems[code].status, ProblemBody, answer)
  expect(problem).toMatchObject({ code, status: answer.status, type: `/docs/errors#${code}` })
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.headers.get(headers.requestId)).toMatch(/^req_\w{22}$/)
  return problem
}

/** An answer in a word, e.g. `201` or `409 seats_unavailable`. */
export function wordOf({ status, body }: ApiAnswer): string {
  const problem = ProblemBody.safeParse(body)
  return problem.success ? `${status} ${problem.data.code}` : String(status)
}

/** How often each word was said. */
export function tally(answers: readonly ApiAnswer[]): Record<string, number> {
  const groups = Map.groupBy(answers, wordOf)
  return Object.fromEntries([...groups].map(([word, said]) => [word, said.length]))
}
