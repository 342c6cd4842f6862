import { expect } from 'vitest'
import * as z from 'zod'
import { type ApiAnswer, callApi } from '../../edge/dev/api.ts'

const timestamp = z.iso.datetime()
const Done = z.strictObject({ success: z.literal(true), message: z.string(), data: z.unknown(), timestamp })
const Failed = z.strictObject({
  success: z.literal(false),
  error: z.strictObject({
    code: z.string(),
    message: z.string().min(1),
    details: z.record(z.string(), z.unknown()),
  }),
  timestamp,
})

/** The codes of the predecessor's envelope, as its contract gives them. */
const statuses = {
  VALIDATION_ERROR: 400,
  AUTHENTICATION_ERROR: 401,
  AUTHORIZATION_ERROR: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  SEAT_LOCK_ERROR: 409,
  PAYMENT_ERROR: 402,
  RATE_LIMIT_ERROR: 429,
} as const

// biome-ignore lint/suspicious/noExplicitAny: a client of the predecessor reads what it wants of its JSON.
export type Data = any

/** The data of an answer that went well. */
export function doneIn(answer: ApiAnswer, status = 200): Data {
  expect(answer.status, answer.text).toBe(status)
  return Done.parse(answer.body).data
}

/** The details of a refusal, if it is this one. */
export function failedIn(code: keyof typeof statuses, answer: ApiAnswer): Record<string, unknown> {
  expect(answer.status, answer.text).toBe(statuses[code])
  const { error } = Failed.parse(answer.body)
  expect(error.code).toBe(code)
  return error.details
}

/** A client as the predecessor's are: a base URL, and the headers of whoever calls. */
export interface UnifiedClient {
  get(path: string): Promise<ApiAnswer>
  send(method: string, path: string, body?: unknown): Promise<ApiAnswer>
  post(path: string, body?: unknown): Promise<ApiAnswer>
  with(more: Readonly<Record<string, string>>): UnifiedClient
}

export function unifiedClient(
  edgeUrl: string,
  headers: Readonly<Record<string, string>> = {},
): UnifiedClient {
  const send = (method: string, path: string, body?: unknown) =>
    callApi(edgeUrl + path, { method, headers, ...(body !== undefined && { body }) })
  return {
    get: (path) => send('GET', path),
    send,
    post: (path, body = {}) => send('POST', path, body),
    with: (more) => unifiedClient(edgeUrl, { ...headers, ...more }),
  }
}

/** The console of the operator, signed in. */
export async function consoleOf(
  edgeUrl: string,
  { adminEmail: email, adminPassword: password }: { adminEmail: string; adminPassword: string },
): Promise<UnifiedClient> {
  const { token } = doneIn(await unifiedClient(edgeUrl).post('/admin/login', { email, password }))
  return unifiedClient(edgeUrl, { authorization: `Bearer ${token}` })
}

/** An app made at the console, with a key for its pages and one for its server, and how they call. */
export async function unifiedApp(
  edgeUrl: string,
  console: UnifiedClient,
  input: { readonly name: string; readonly domain: string; readonly allowedDomains?: readonly string[] },
) {
  const made = doneIn(await console.post('/admin/apps', { allowedDomains: ['shop.example'], ...input }), 201)
  const { app, apiKey } = made
  const rotated = doneIn(await console.post(`/admin/apps/${app.appId}/rotate-key`, { use: 'server' }))
  const client = (key: string) => unifiedClient(edgeUrl, { 'x-app-id': app.appId, 'x-api-key': key })
  return {
    app,
    appId: app.appId as string,
    apiKey: apiKey as string,
    server: client(rotated.newApiKey),
    page: client(apiKey).with({ origin: 'https://shop.example' }),
  }
}
export type UnifiedApp = Awaited<ReturnType<typeof unifiedApp>>

/** Signs somebody up; the token is good in every app. */
export async function unifiedUser(app: UnifiedApp, email: string): Promise<{ token: string; user: Data }> {
  const body = { email, password: 'correct horse', name: 'Asha', phone: '' }
  return doneIn(await app.page.post('/auth/signup', body), 201)
}

/** A seat of an entity of its own, on sale at so much. */
export async function unifiedSeat(
  app: UnifiedApp,
  client: UnifiedClient,
  { entityId, price }: { readonly entityId: string; readonly price: number },
): Promise<Data> {
  doneIn(await app.server.post('/admin/sync-seats', { entityId, seats: [{ seatNumber: 'A1', price }] }))
  const { seats } = doneIn(await client.get(`/seats?${new URLSearchParams({ entityId })}`))
  return seats[0]
}
