import { type EdgeClaims, ProblemBody, systemPlatform } from '@holdfast/contract'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { onError } from '../http/errors.ts'
import { testCore, yesInventory } from '../testing.ts'
import { eventRoutes } from './routes.ts'

/** The routes of events, called by an app's server unless the claims say otherwise; its event has. */
async function startRoutes(overrides: Parameters<typeof testCore>[0] = {}) {
  const { core, appId, eventId } = await testCore(overrides)
  const claims = { app: { id: appId, kind: 'secret' }, requestId: 'req_1' } as EdgeClaims
  const call = (method: string, path: string, body: unknown, who: Partial<EdgeClaims> = {}) => {
    const app = new Hono<CoreEnv>()
      .use(async (c, next) => {
        c.set('claims', { ...claims, ...who })
        c.set('body', JSON.stringify(body))
        await next()
      })
      .route('/', eventRoutes(core))
    app.onError(onError)
    return app.request(`/${eventId}${path}`, { method })
  }
  const stored = async () => ({
    event: await core.store.get(appId, 'events', { eventId }),
    seats: await core.store.find(appId, 'seats', { eventId }, { orderBy: 'index', limit: 100 }),
    rows: await core.store.count(appId, 'outbox', {}),
  })
  const openRows = () => core.store.count(appId, 'outbox', { status: 'READY' })
  return { core, appId, call, stored, openRows }
}

const event = { name: 'Theatre', currency: 'EUR' }
const refused: [string, string, unknown, number, string][] = [
  ['PUT', '', { ...event, currency: 'USD' }, 422, 'invalid_request'],
  ['PUT', '', { ...event, domain: 'BUS' }, 422, 'invalid_request'],
  ['PUT', '', { ...event, holdsPerMinute: 0 }, 422, 'invalid_request'],
  [
    'PUT',
    '',
    { ...event, onSaleAt: '2027-02-01T00:00:00Z', offSaleAt: '2027-01-01T00:00:00Z' },
    422,
    'invalid_request',
  ],
  ['PUT', '/seats', { seats: [{ id: 'A-1', price: -1 }] }, 422, 'invalid_request'],
  ['POST', '/seats/block', { seats: ['A-1', 'X-1'] }, 422, 'unknown_seat'],
  ['POST', '/seats/unblock', { seats: ['X-1'] }, 422, 'unknown_seat'],
  ['POST', '/seats/block', { seats: ['A-1', 'A-1'] }, 422, 'invalid_request'],
]

test.each(refused)('%s %s %j is %i %s, and nothing is written', async (method, path, body, status, code) => {
  const { call, stored } = await startRoutes()
  const before = await stored()
  const answer = await call(method, path, body)
  expect([answer.status, ProblemBody.parse(await answer.json()).code]).toEqual([status, code])
  expect(await stored()).toEqual(before)
})

test.each([
  ['PUT', '', event],
  ['PUT', '/seats', { seats: [{ id: 'A-1', price: 1 }] }],
  ['POST', '/seats/block', { seats: ['A-1'] }],
  ['POST', '/seats/unblock', { seats: ['A-1'] }],
])('%s %s %j is for the secret key of the app', async (method, path, body) => {
  const { appId, call, stored } = await startRoutes()
  const before = await stored()
  expect((await call(method, path, body, { app: { id: appId, kind: 'publishable' } })).status).toBe(403)
  const other = await call(method, path, body, { app: { id: 'app_other' as never, kind: 'secret' } })
  expect([other.status, ProblemBody.parse(await other.json()).code]).toEqual([404, 'not_found'])
  expect(await stored()).toEqual(before)
})

test('Redis has followed when the answer comes', async () => {
  const { call, openRows } = await startRoutes()
  expect((await call('POST', '/seats/block', { seats: ['A-1'] })).status).toBe(200)
  expect(await openRows()).toBe(0)
})

test('an answer does not wait long for a Redis that hangs, and what it would have been told stays to be done', async () => {
  const hanging = { ...yesInventory(), configure: () => new Promise<never>(() => {}) }
  const slept: number[] = []
  const sleep = async (ms: number) => {
    slept.push(ms)
  }
  const { call, openRows } = await startRoutes({
    inventory: hanging,
    platform: { ...systemPlatform, sleep },
  })
  const before = await openRows()
  expect((await call('POST', '/seats/block', { seats: ['A-1'] })).status).toBe(200)
  expect(slept).toEqual([3_000])
  expect(await openRows()).toBe(before + 1)
})
