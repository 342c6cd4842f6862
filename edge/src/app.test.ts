import { bodyBytesMax, headers, inventoryBodyBytesMax } from '@holdfast/contract'
import { InventoryFault } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import { createTestEdge, problemIn } from './testing.ts'
import { secretKey } from './testing-data.ts'

describe('every refusal has one shape', () => {
  const edge = createTestEdge()
  const holds = '/v1/events/theatre/holds'
  const shapes: [string, () => Promise<Response>, number, string][] = [
    ['an unknown path', () => edge.call('GET', '/v1/nothing'), 404, 'not_found'],
    ['an unknown path without a key', () => edge.call('GET', '/v1/nothing', { key: null }), 404, 'not_found'],
    ['a wrong method', () => edge.call('PATCH', '/v1/events'), 405, 'method_not_allowed'],
    ['malformed JSON', () => edge.call('POST', holds, { body: '{"seats":' }), 422, 'invalid_request'],
    ['a wrong type', () => edge.call('POST', holds, { body: { seats: 'A-1' } }), 422, 'invalid_request'],
    ['an operator', () => edge.call('POST', holds, { body: { seats: { $gt: '' } } }), 422, 'invalid_request'],
    [
      'a field too many',
      () => edge.call('POST', holds, { body: { seats: ['A-1'], a: 1 } }),
      422,
      'invalid_request',
    ],
    ['a query field of another type', () => edge.call('GET', '/v1/events?limit=a'), 422, 'invalid_request'],
    ['an id that is none', () => edge.call('GET', '/v1/events/a%20b'), 404, 'not_found'],
    ['an id of dots', () => edge.call('GET', '/v1/events/%2e%2e%2e'), 404, 'not_found'],
  ]

  test.each(shapes)('%s', async (_, ask, status, code) => {
    const response = await ask()
    expect(response.status).toBe(status)
    expect(response.headers.get('access-control-allow-origin') ?? 'no origin was sent').toBeTruthy()
    expect(response.headers.get(headers.requestId)).toMatch(/^req_[A-Za-z0-9]{22}$/)
    const body = await problemIn(response)
    expect(body).toMatchObject({ code, status, requestId: response.headers.get(headers.requestId) })
  })

  test('what is wrong is told by place and message', async () => {
    const body = await problemIn(await edge.call('POST', holds, { body: { seats: ['A-1', 7] } }))
    expect(body.errors).toEqual([{ path: 'seats.1', message: expect.any(String) }])
  })

  test('a wrong method is told which are right', async () => {
    const response = await edge.call('PATCH', holds, { key: null })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD, POST')
  })

  test('keys that JavaScript gives a meaning are fields too many', async () => {
    const body = '{"seats":["A-1"],"__proto__":{"admin":true},"constructor":{}}'
    expect((await edge.call('POST', holds, { body })).status).toBe(422)
  })
})

describe('nothing leaks', () => {
  const secret = 'EVALSHA 1 hf:{app_1/theatre}:state Bearer abc hf_sk_leak'
  const faults: [string, unknown, number, string][] = [
    ['an error', new Error(secret), 500, 'internal_error'],
    ['a thrown text', secret, 500, 'internal_error'],
    ['an inventory fault', new InventoryFault(secret), 503, 'dependency_unavailable'],
  ]

  test.each(faults)('%s of a port', async (_, fault, status, code) => {
    const edge = createTestEdge()
    edge.inventory.hold = () => Promise.reject(fault)
    const response = await edge.call('POST', '/v1/events/theatre/holds', { body: { seats: ['A-1'] } })
    expect(response.status).toBe(status)
    expect(response.headers.get('retry-after')).toBe(status === 503 ? '1' : null)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.example')
    const text = await response.text()
    expect(JSON.parse(text).code).toBe(code)
    expect(text + JSON.stringify([...response.headers])).not.toMatch(/EVALSHA|hf:\{|Bearer|leak/)
    expect(JSON.stringify(edge.logs)).not.toMatch(/EVALSHA|hf:\{|Bearer|hf_sk/)
  })

  test('a request is logged by its route, without what is secret in it', async () => {
    const edge = createTestEdge()
    await edge.call('GET', `/v1/events/theatre/holds/hold_${'B'.repeat(22)}.1.7`)
    expect(edge.logs).toEqual([
      {
        event: 'request',
        level: 'info',
        method: 'GET',
        route: '/v1/events/:eventId/holds/:holdId',
        status: 404,
        code: 'not_found',
        ms: 0,
        cacheMs: 0,
        limiterMs: 0,
        redisMs: 0,
        coreMs: 0,
        requestId: expect.stringMatching(/^req_/),
        appId: 'app_1',
        eventId: 'theatre',
      },
    ])
  })
})

describe('bodies are bounded', () => {
  const streamOf = (bytes: number) => {
    let left = bytes
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        const size = Math.min(left, 16_384)
        if (size === 0) return controller.close()
        left -= size
        controller.enqueue(new Uint8Array(size).fill(32))
      },
    })
  }
  const holds = '/v1/events/theatre/holds'
  const edge = createTestEdge()

  test('by their length', async () => {
    const body = ' '.repeat(bodyBytesMax + 1)
    const response = await edge.call('POST', holds, {
      body,
      headers: { 'content-length': String(body.length) },
    })
    expect([response.status, await problemIn(response)]).toMatchObject([
      413,
      { code: 'body_too_large', limit: bodyBytesMax, detail: expect.stringContaining(String(bodyBytesMax)) },
    ])
  })

  test('by what comes, when they do not tell or lie about their length', async () => {
    const silent = await edge.call('POST', holds, { body: streamOf(bodyBytesMax + 1) })
    expect(silent.status).toBe(413)
    const body = ' '.repeat(bodyBytesMax + 1)
    const lying = await edge.call('POST', holds, { body, headers: { 'content-length': '5' } })
    expect(lying.status).toBe(413)
  })

  test('a body of just the limit is read', async () => {
    const response = await edge.call('POST', holds, { body: streamOf(bodyBytesMax) })
    expect((await problemIn(response)).code).toBe('invalid_request')
  })

  test('inventory may be larger, up to its own limit', async () => {
    const put = (bytes: number) =>
      edge.call('PUT', '/v1/events/theatre/seats', { key: secretKey, token: null, body: streamOf(bytes) })
    expect((await put(bodyBytesMax + 1)).status).toBe(422)
    expect((await put(inventoryBodyBytesMax + 1)).status).toBe(413)
  })

  test('text that is not UTF-8 is not JSON', async () => {
    const body = Uint8Array.of(0x7b, 0xff, 0x7d)
    expect((await edge.call('POST', holds, { body })).status).toBe(422)
  })
})

describe('a body that is coded', () => {
  const holds = '/v1/events/theatre/holds'
  const gzipped = async (text: string) => {
    const coded = new Response(text).body?.pipeThrough(new CompressionStream('gzip'))
    return new Uint8Array(await new Response(coded).arrayBuffer())
  }
  const send = (body: Uint8Array<ArrayBuffer> | ReadableStream, coding: string, path = holds) =>
    createTestEdge().call('POST', path, { body, headers: { 'content-encoding': coding } })
  const wrong = '{"seats":["A-1","A-1"]}'

  test.each(['gzip', 'GZIP', 'x-gzip'])('as %s is read as what it was before', async (coding) => {
    const body = await problemIn(await send(await gzipped(wrong), coding))
    expect(body.errors).toEqual([{ path: 'seats', message: 'names a seat twice' }])
  })

  test('as itself is read as it is', async () => {
    const body = await problemIn(await send(new TextEncoder().encode(wrong), 'identity'))
    expect(body.errors).toEqual([{ path: 'seats', message: 'names a seat twice' }])
  })

  test.each(['br', 'deflate', 'zstd', 'compress', 'gzip, gzip', 'gzip;q=1', 'utf-8'])(
    'as %s is refused with what is read',
    async (coding) => {
      const response = await send(await gzipped(wrong), coding)
      expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'gzip'])
      expect((await problemIn(response)).code).toBe('unsupported_encoding')
    },
  )

  test('is counted as what it was before, so that a little that becomes much is refused', async () => {
    const bomb = await gzipped(' '.repeat(100 * bodyBytesMax))
    expect(bomb.length).toBeLessThan(bodyBytesMax)
    const response = await send(bomb, 'gzip')
    expect([response.status, (await problemIn(response)).limit]).toEqual([413, bodyBytesMax])
  })

  test.each([
    ['cut off', async () => (await gzipped(wrong)).slice(0, -9)],
    ['none at all', async () => new TextEncoder().encode(wrong)],
  ])('as gzip that is %s is not valid', async (_, body) => {
    const response = await send(await body(), 'gzip')
    expect([response.status, (await problemIn(response)).code]).toEqual([422, 'invalid_request'])
  })

  test('matters to nobody who only reads', async () => {
    const edge = createTestEdge()
    const response = await edge.call('GET', '/v1/events/theatre', { headers: { 'content-encoding': 'br' } })
    expect(response.status).toBe(200)
  })
})

describe('health', () => {
  test('an edge is live by itself and ready with its inventory', async () => {
    const edge = createTestEdge()
    expect((await edge.app.request('/livez')).status).toBe(200)
    expect((await edge.app.request('/readyz')).status).toBe(200)
    edge.platform.advance(1_000)
    edge.inventory.snapshot = () => Promise.reject(new InventoryFault('snapshot'))
    expect((await edge.app.request('/readyz')).status).toBe(503)
  })

  test('the public keys are passed on for a while, and nothing private with them', async () => {
    const edge = createTestEdge()
    const key = { kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'k', alg: 'EdDSA', use: 'sig' }
    const answer = () => new Response(JSON.stringify({ keys: [{ ...key, d: 'private' }] }))
    edge.core.answers.set('GET /.well-known/jwks.json', answer)
    for (let i = 0; i < 3; i++) {
      const response = await edge.app.request('/.well-known/jwks.json')
      expect(await response.json()).toEqual({ keys: [key] })
    }
    expect(edge.core.count('GET /.well-known/jwks.json')).toBe(1)
    expect(edge.core.requests[0]?.claims).toEqual({})
  })
})
