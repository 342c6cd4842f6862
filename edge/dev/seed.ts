import { setTimeout as pause } from 'node:timers/promises'
import { AdminSession, CreatedApp, headers } from '@holdfast/contract'
import type * as z from 'zod'
import { type ApiCall, callApi } from './api.ts'
import { demoEvents } from './plans/index.ts'
import type { Secrets } from './secrets.ts'

/** What a script needs to use an app. */
export interface SeededApp {
  readonly appId: string
  readonly publishableKey: string
  readonly secretKey: string
}

const [triesMax, pauseMs] = [20, 500]

async function expectOk<Schema extends z.ZodType>(
  url: string,
  call: ApiCall,
  schema: Schema,
): Promise<z.infer<Schema>> {
  let answer = await callApi(url, call)
  // A machine that has just started everything may be too busy for a while: core has done nothing then.
  for (let tries = 1; tries < triesMax && answer.text.includes('"overloaded"'); tries++) {
    await pause(pauseMs)
    answer = await callApi(url, call)
  }
  if (answer.status >= 300)
    throw new Error(`${call.method ?? 'GET'} ${url} answered ${answer.status}: ${answer.text}`)
  return schema.parse(answer.body)
}

/** Makes apps through the admin API, as an operator would who has signed in. */
export type AppMaker = (input: object) => Promise<SeededApp>

/** Signs the operator in, once for any number of apps: logins are limited. */
export async function openAdmin(
  edgeUrl: string,
  { adminEmail, adminPassword }: Pick<Secrets, 'adminEmail' | 'adminPassword'>,
): Promise<AppMaker> {
  const login = { method: 'POST', body: { email: adminEmail, password: adminPassword } }
  const { token } = await expectOk(`${edgeUrl}/v1/admin/login`, login, AdminSession)
  return async (input) => {
    const create = { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: input }
    const { app, publishableKey, secretKey } = await expectOk(`${edgeUrl}/v1/admin/apps`, create, CreatedApp)
    return { appId: app.id, publishableKey, secretKey }
  }
}

/** Makes one app. */
export async function createApp(
  edgeUrl: string,
  secrets: Pick<Secrets, 'adminEmail' | 'adminPassword'>,
  input: object,
): Promise<SeededApp> {
  const makeApp = await openAdmin(edgeUrl, secrets)
  return makeApp(input)
}

/** Puts the demo events on sale through the public API. Doing it again changes nothing. */
export async function seedEvents(
  edgeUrl: string,
  secretKey: string,
  onStep: (step: string) => void,
): Promise<void> {
  for (const { eventId, input, importPlan } of demoEvents) {
    onStep(`${input.name}`)
    for (const [path, body] of [
      ['', input],
      ['/plan', importPlan],
    ] as const) {
      const call = { method: 'PUT', headers: { [headers.apiKey]: secretKey }, body }
      const answer = await callApi(`${edgeUrl}/v1/events/${eventId}${path}`, call)
      if (answer.status >= 300) throw new Error(`the demo event ${eventId} was refused: ${answer.text}`)
    }
  }
}
