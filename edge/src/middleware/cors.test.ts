import { describe, expect, test } from 'vitest'
import { createTestEdge } from '../testing.ts'
import { secretKey, shopOrigin } from '../testing-data.ts'

const edge = createTestEdge()

describe('CORS', () => {
  test('a preflight carries no key and is answered for any origin', async () => {
    const response = await edge.app.request('/v1/events/theatre/holds', {
      method: 'OPTIONS',
      headers: { origin: 'https://any.example', 'access-control-request-method': 'POST' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://any.example')
    expect(response.headers.get('access-control-max-age')).toBe('7200')
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
    expect(response.headers.get('vary')).toContain('Origin')
    const allowed = response.headers.get('access-control-allow-headers')?.split(', ')
    expect(allowed).toEqual([
      'authorization',
      'content-type',
      'idempotency-key',
      'x-app-id',
      'x-api-key',
      'x-external-user-id',
      'x-external-user-email',
      'x-external-user-name',
      'if-none-match',
      'last-event-id',
      'traceparent',
    ])
  })

  test.each([
    'x-requested-with',
    'x-api-key,content-type,sentry-trace,baggage',
    'Authorization, X-My_Own.Header',
  ])('a page may send the headers that it asks to send: %s', async (asked) => {
    const response = await edge.app.request('/v1/events/theatre/holds', {
      method: 'OPTIONS',
      headers: {
        origin: shopOrigin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': asked,
      },
    })
    expect(response.headers.get('access-control-allow-headers')).toBe(asked)
    expect(response.headers.get('vary')).toBe('Origin, Access-Control-Request-Headers')
  })

  test('what is no list of headers is not repeated', async () => {
    const response = await edge.app.request('/v1/events/theatre/holds', {
      method: 'OPTIONS',
      headers: {
        origin: shopOrigin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-a: <b>, x',
      },
    })
    expect(response.headers.get('access-control-allow-headers')).toContain('idempotency-key')
  })

  test.each(['app://localhost', 'ionic://localhost', 'tauri://localhost', 'http://tauri.localhost'])(
    'the pages of an app shell may read the answers: %s',
    async (origin) => {
      const response = await edge.call('GET', '/v1/events/theatre', { origin })
      expect(response.status).toBe(403)
      expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    },
  )

  test('answers and refusals carry the origin and what a page may read', async () => {
    const ok = await edge.call('GET', '/v1/events/theatre')
    const unauthorised = await edge.call('GET', '/v1/events/theatre', { key: 'nonsense', origin: shopOrigin })
    expect([ok.status, unauthorised.status]).toEqual([200, 401])
    for (const response of [ok, unauthorised]) {
      expect(response.headers.get('access-control-allow-origin')).toBe(shopOrigin)
      expect(response.headers.get('vary')).toBe('Origin')
      expect(response.headers.get('access-control-expose-headers')?.split(', ')).toEqual([
        'etag',
        'location',
        'retry-after',
        'ratelimit-limit',
        'ratelimit-remaining',
        'ratelimit-reset',
        'idempotent-replayed',
        'idempotency-key',
        'x-request-id',
        'x-holdfast-version',
        'x-holdfast-ticket',
      ])
    }
  })

  test('null is refused', async () => {
    const response = await edge.call('GET', '/v1/events/theatre', { origin: 'null' })
    expect(response.status).toBe(403)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('an answer without an origin varies by it all the same', async () => {
    const response = await edge.call('GET', '/v1/events/theatre', { key: secretKey, token: null })
    expect(response.headers.get('vary')).toBe('Origin')
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('admin routes have origins of their own', async () => {
    const ask = (origin: string) =>
      edge.app.request('/v1/admin/login', { method: 'POST', headers: { origin }, body: '{}' })
    expect((await ask('https://console.example')).status).toBe(422)
    const refused = await ask(shopOrigin)
    expect(refused.status).toBe(403)
    expect(refused.headers.get('access-control-allow-origin')).toBeNull()
  })
})
