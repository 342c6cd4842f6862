import { loginFailuresPerClient } from '@holdfast/contract'
import { operations } from '@holdfast/contract/operations'
import { beforeEach, describe, expect, test } from 'vitest'
import { createTestEdge, json, problemIn, refusal } from '../testing.ts'
import { makeToken, secretKey } from '../testing-data.ts'

let edge: ReturnType<typeof createTestEdge>
let admin: string
beforeEach(async () => {
  edge = createTestEdge()
  admin = await makeToken(edge.platform, 'admin')
})

const ask = (method: string, path: string, body?: unknown, more: object = {}) =>
  edge.call(method, path, { key: null, token: admin, ...(body !== undefined && { body }), ...more })

/** Every route of the admin with its example, as the reference shows it. */
const routes = Object.values(operations)
  .filter(({ caller }) => caller === 'admin')
  .map((operation) => {
    const { method, path, example } = operation
    const {
      params = {},
      query,
      body,
      status,
      answer,
    } = example as {
      params?: Record<string, string>
      query?: Record<string, string>
      body?: unknown
      status: number
      answer: unknown
    }
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '')
    return { method, path: query ? `${filled}?${new URLSearchParams(query)}` : filled, body, status, answer }
  })

describe('the admin', () => {
  test('has all of it', () => {
    expect(routes.map(({ method, path }) => `${method} ${path.replace(/[?].*/, '')}`)).toHaveLength(21)
  })

  test.each(routes)('$method $path is core’s, in the admin’s name, and for no cache', async (route) => {
    const { method, path, body, status, answer } = route
    const told = answer === undefined ? '' : JSON.stringify(answer)
    edge.core.answers.set(`${method} ${path}`, () => new Response(told || null, { status }))
    const response = await ask(method, path, body)
    expect([response.status, response.headers.get('cache-control')]).toEqual([status, 'no-store'])
    expect(await response.text()).toBe(told)
    const { claims, body: sent } = edge.core.requests.at(-1) ?? {}
    expect(claims).toMatchObject({
      ...{ admin: true, method, path },
      operator: {
        name: 'root',
        id: 'tok_1',
        stamp: 'stamp',
        issuedAt: Math.floor(edge.platform.now() / 1_000),
      },
    })
    expect(claims).not.toHaveProperty('app')
    expect(sent).toBe(body === undefined ? '' : JSON.stringify(body))
    expect(JSON.stringify(edge.logs)).not.toMatch(/hf_[ps]k_/)
  })

  test.each(routes)('$method $path is nobody else’s', async ({ method, path, body }) => {
    const user = await makeToken(edge.platform, 'user')
    const expired = await makeToken(edge.platform, 'admin', {
      claims: { exp: Math.floor(edge.platform.now() / 1_000) - 6 },
    })
    for (const token of [null, user, expired, 'abc']) {
      const response = await ask(method, path, body, { token })
      expect([response.status, (await problemIn(response)).code]).toEqual([401, 'invalid_token'])
    }
    const server = await edge.call(method, path, { key: secretKey, token: null, ...(body ? { body } : {}) })
    expect(server.status).toBe(401)
    const page = await ask(method, path, body, { origin: 'https://evil.example' })
    expect([page.status, (await problemIn(page)).code]).toEqual([403, 'origin_not_allowed'])
    expect(edge.core.requests).toEqual([])
  })
})

describe('what the admin sends is checked before core hears of it', () => {
  test.each([
    ['GET', '/v1/admin/apps?limit=0', undefined, 'invalid_request'],
    ['GET', '/v1/admin/apps?domain=TRAIN', undefined, 'invalid_request'],
    ['GET', '/v1/admin/apps?active=$ne', undefined, 'invalid_request'],
    ['GET', '/v1/admin/bookings?event=a%20b', undefined, 'invalid_request'],
    ['GET', '/v1/admin/bookings?app=a&app=b', undefined, 'invalid_request'],
    ['GET', '/v1/admin/bookings?from=2026-13-01T00:00:00Z', undefined, 'invalid_request'],
    ['GET', '/v1/admin/users?email=', undefined, 'invalid_request'],
    ['PATCH', '/v1/admin/apps/app_1', { appId: 'app_2' }, 'invalid_request'],
    ['PATCH', '/v1/admin/apps/app_1', { name: { $gt: '' } }, 'invalid_request'],
    ['PATCH', '/v1/admin/apps/..%2Fapp_2', { name: 'x' }, 'not_found'],
    ['PATCH', '/v1/admin/users/a%20b', { active: false }, 'not_found'],
    ['PATCH', '/v1/admin/users/usr_1', { active: 0 }, 'invalid_request'],
    ['POST', '/v1/admin/apps/app_1/keys/rotate', { kind: 'legacy', key: 'short' }, 'invalid_request'],
    ['POST', '/v1/admin/apps/app_1/keys/rotate', {}, 'invalid_request'],
    ['PUT', '/v1/admin/apps/app_1', { name: 'x' }, 'method_not_allowed'],
    ['GET', '/v1/admin/nothing', undefined, 'not_found'],
  ])('%s %s', async (method, path, body, code) => {
    expect((await problemIn(await ask(method, path, body))).code).toBe(code)
    expect(edge.core.requests).toEqual([])
  })

  test('an app that is none is core’s to tell', async () => {
    edge.core.answers.set('GET /v1/admin/apps/app_none', () => refusal('not_found'))
    expect((await problemIn(await ask('GET', '/v1/admin/apps/app_none'))).code).toBe('not_found')
  })
})

describe('logging in', () => {
  const body = { email: 'root@example.org', password: 'open sesame' }
  const logIn = (more: object = {}) => ask('POST', '/v1/admin/login', body, { token: null, ...more })

  test('passes core’s pauses on, and is free while core finds it right', async () => {
    edge.core.answers.set('POST /v1/admin/login', () => refusal('rate_limited', { 'retry-after': '8' }))
    const delayed = await logIn()
    expect([delayed.status, delayed.headers.get('retry-after')]).toEqual([429, '8'])
    edge.core.answers.set('POST /v1/admin/login', () => json({ token: 't', expiresInSeconds: 60 }))
    for (let i = 0; i < 30; i++) expect((await logIn()).status).toBe(200)
  })

  test('tells core the address that the platform saw, whatever the client says', async () => {
    edge.core.answers.set('POST /v1/admin/login', () => json({ token: 't', expiresInSeconds: 60 }))
    await logIn({ headers: { 'x-forwarded-for': '203.0.113.77' } })
    expect(edge.core.requests.at(-1)?.claims).toMatchObject({
      clientIp: '198.51.100.7',
      loginClient: { address: '198.51.100.7', failuresMax: loginFailuresPerClient },
    })
  })
})
