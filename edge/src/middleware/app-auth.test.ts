import {
  AppId,
  coreBudgetMs,
  keyMissesPerMinute,
  verdictIsolateMs,
  verdictSharedMs,
} from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { createAssertionSigner } from '../assertion.ts'
import { createCoreClient } from '../core-client.ts'
import { createFlights } from '../flights.ts'
import { createKeyVerdicts } from '../key-verdicts.ts'
import type { CoreInit } from '../ports.ts'
import { sealedCache } from '../sealed-cache.ts'
import { unobserved } from '../telemetry/observe.ts'
import { createTestEdge, json, problemIn, refusal } from '../testing.ts'
import {
  nativeKey,
  otherKey,
  publishableKey,
  secretKey,
  settings,
  shellOrigin,
  shopOrigin,
  verdicts,
} from '../testing-data.ts'
import { createVerdictCache } from '../verdict-cache.ts'

const verify = 'POST /internal/keys/verify'
const hold = { body: { seats: ['A-1'] } }

describe('kinds of key and origins', () => {
  const no = null
  const table: [string, string, string, string | null, string][] = [
    ['publishable', publishableKey, 'GET', shopOrigin, 'ok'],
    ['publishable', publishableKey, 'GET', shellOrigin, 'ok'],
    ['publishable', publishableKey, 'POST', shellOrigin, 'ok'],
    ['publishable', publishableKey, 'GET', 'ionic://localhost', 'origin_not_allowed'],
    ['publishable', publishableKey, 'GET', no, 'ok'],
    ['publishable', publishableKey, 'GET', 'https://evil.example', 'origin_not_allowed'],
    ['publishable', publishableKey, 'GET', 'null', 'origin_not_allowed'],
    ['publishable', publishableKey, 'GET', `${shopOrigin}.evil.example`, 'origin_not_allowed'],
    ['publishable', publishableKey, 'GET', 'http://shop.example', 'origin_not_allowed'],
    ['publishable', publishableKey, 'GET', 'https://SHOP.example', 'origin_not_allowed'],
    ['publishable', publishableKey, 'POST', shopOrigin, 'ok'],
    ['publishable', publishableKey, 'POST', no, 'origin_required'],
    ['publishable', publishableKey, 'POST', 'https://evil.example', 'origin_not_allowed'],
    ['native', nativeKey, 'POST', no, 'ok'],
    ['native', nativeKey, 'POST', 'https://evil.example', 'origin_not_allowed'],
    ['secret', secretKey, 'GET', no, 'ok'],
    ['secret', secretKey, 'POST', no, 'ok'],
    ['secret', secretKey, 'GET', shopOrigin, 'secret_key_in_browser'],
    ['secret', secretKey, 'POST', shopOrigin, 'secret_key_in_browser'],
    ['secret', secretKey, 'GET', 'null', 'secret_key_in_browser'],
    ['wrong', `hf_pk_${'x'.repeat(32)}`, 'GET', shopOrigin, 'invalid_api_key'],
    ['misshapen', 'hf_pk_short', 'GET', shopOrigin, 'invalid_api_key'],
    ['without prefix', 'p'.repeat(38), 'GET', no, 'invalid_api_key'],
  ]

  test.each(table)('%s key %s: %s from %s is %s', async (_, key, method, origin, expected) => {
    const edge = createTestEdge()
    const path = method === 'GET' ? '/v1/events/theatre' : '/v1/events/theatre/holds'
    const response = await edge.call(method, path, { key, origin, ...(method === 'POST' && hold) })
    if (expected === 'ok') expect([200, 503]).toContain(response.status)
    else expect((await problemIn(response)).code).toBe(expected)
  })

  test('an app id must be that of the key', async () => {
    const edge = createTestEdge()
    const ask = (appId: string) => edge.call('GET', '/v1/events/theatre', { headers: { 'x-app-id': appId } })
    expect((await ask('app_1')).status).toBe(200)
    expect((await problemIn(await ask('app_2'))).code).toBe('invalid_api_key')
  })

  test('only servers change events', async () => {
    const edge = createTestEdge()
    const body = { name: 'Theatre', currency: 'EUR' }
    const response = await edge.call('PUT', '/v1/events/theatre', { body })
    expect([response.status, (await problemIn(response)).code]).toEqual([403, 'forbidden'])
    expect(edge.core.count('PUT /v1/events/theatre')).toBe(0)
  })
})

describe('verdicts are remembered', () => {
  const ask = (edge: ReturnType<typeof createTestEdge>, key = publishableKey) =>
    edge.call('GET', '/v1/events/theatre', { key, origin: shopOrigin })

  test('many requests ask core once, together or one after the other', async () => {
    const edge = createTestEdge()
    await Promise.all([ask(edge), ask(edge), ask(edge)])
    await ask(edge)
    expect(edge.core.count(verify)).toBe(1)
  })

  test('a wrong key too', async () => {
    const edge = createTestEdge()
    const wrong = `hf_pk_${'x'.repeat(32)}`
    for (let i = 0; i < 3; i++) expect((await ask(edge, wrong)).status).toBe(401)
    expect(edge.core.count(verify)).toBe(1)
  })

  test('after the isolate forgets, the shared cache still knows, by a digest and never by the key', async () => {
    const edge = createTestEdge()
    await ask(edge)
    edge.platform.advance(verdictIsolateMs)
    await ask(edge)
    expect(edge.core.count(verify)).toBe(1)
    const stored = JSON.stringify([...edge.cache.entries])
    expect(stored).toMatch(/hf:v2:verdict:key:[\w-]{43}/)
    expect(stored).not.toContain(publishableKey)
  })

  test('a changed verdict arrives when both have forgotten', async () => {
    const edge = createTestEdge()
    await ask(edge)
    edge.core.answers.set(verify, () => json({ verdict: null, deniedUsers: [] }))
    edge.cache.entries.clear()
    expect((await ask(edge)).status).toBe(200)
    edge.platform.advance(verdictIsolateMs)
    expect((await ask(edge)).status).toBe(401)
  })

  test('what was kept under v2 is read for ever: another shape has another version in its key', async () => {
    const edge = createTestEdge()
    await ask(edge)
    const [name = ''] = edge.cache.entries.keys()
    const kept =
      '{"verdict":{"appId":"app_v2","kind":"publishable","allowedOrigins":["https://shop.example"],' +
      '"allowedDomains":[],"allowNoOrigin":false,"browserVouching":false,"botMode":"off",' +
      '"addressBudget":"enforce","clientNetworks":[],' +
      '"rateLimits":{"userPerSecond":10,"clientPerSecond":100,"appPerSecond":1000}},"deniedUsers":["usr_1"]}'
    const other = createTestEdge()
    await sealedCache(other.cache, settings.holdKeySecret, other.platform).set(name, kept, verdictIsolateMs)
    await ask(other)
    expect(other.core.count(verify)).toBe(0)
    expect(other.logs.at(-1)).toMatchObject({ appId: 'app_v2' })
  })

  test('what an edge of another version has kept in another shape is not read', async () => {
    const edge = createTestEdge()
    await ask(edge)
    const [[name = '', value = ''] = []] = edge.cache.entries
    const older = createTestEdge()
    const mine = value.slice(value.indexOf('{')).replace('app_1', 'app_2')
    for (const other of [name.replace('hf:v2:verdict:', 'hf:'), name.replace(':v2:', ':v1:'), name]) {
      await older.cache.set(other, mine, verdictIsolateMs)
    }
    await ask(older)
    expect(older.core.count(verify)).toBe(1)
    expect(older.logs.at(-1)).toMatchObject({ appId: 'app_1' })
  })

  test('a shared cache that fails or holds nonsense is passed over', async () => {
    const broken = {
      get: () => Promise.reject(new Error('down')),
      set: () => Promise.reject(new Error('down')),
    }
    expect((await ask(createTestEdge({ cache: broken }))).status).toBe(200)
    const nonsense = { get: async () => '{"verdict":{"appId":"$"}}', set: async () => {} }
    expect((await ask(createTestEdge({ cache: nonsense }))).status).toBe(200)
  })

  test('without core an unknown key is nobody’s fault', async () => {
    const edge = createTestEdge()
    edge.core.answers.set(verify, () => refusal('overloaded', { 'retry-after': '2' }))
    const response = await ask(edge)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
    expect((await problemIn(response)).code).toBe('overloaded')
  })

  test('I13: while core is out, who presents one key again and again is no guesser, and is served when core is back', async () => {
    const edge = createTestEdge()
    const known = edge.core.answers.get(verify)
    edge.core.answers.set(verify, () => refusal('dependency_unavailable'))
    for (let i = 0; i < 2 * keyMissesPerMinute; i++) expect((await ask(edge)).status).toBe(503)
    if (known) edge.core.answers.set(verify, known)
    expect((await ask(edge)).status).toBe(200)
  })

  test('a guesser is stopped while core is out as well', async () => {
    const edge = createTestEdge()
    edge.core.answers.set(verify, () => refusal('dependency_unavailable'))
    const guess = (i: number) => ask(edge, `hf_sk_${String(i).padStart(32, '0')}`)
    for (let i = 0; i < keyMissesPerMinute; i++) expect((await guess(i)).status).toBe(503)
    expect((await problemIn(await guess(keyMissesPerMinute))).code).toBe('rate_limited')
  })

  test('who guesses keys is stopped before core is asked', async () => {
    const edge = createTestEdge()
    const guess = (i: number) => ask(edge, `hf_sk_${String(i).padStart(32, '0')}`)
    for (let i = 0; i < keyMissesPerMinute; i++) expect((await guess(i)).status).toBe(401)
    const response = await guess(keyMissesPerMinute)
    expect([response.status, (await problemIn(response)).code]).toEqual([429, 'rate_limited'])
    expect(edge.core.count(verify)).toBe(keyMissesPerMinute)
    const elsewhere = await edge.call('GET', '/v1/events/theatre', {
      key: otherKey,
      token: null,
      headers: { 'x-test-address': '203.0.113.9' },
    })
    expect(elsewhere.status).toBe(200)
  })
})

describe('what core takes back', () => {
  const minuteMs = 60_000
  const ask = (edge: ReturnType<typeof createTestEdge>) => edge.call('GET', '/v1/events/theatre')

  test('the key of a deactivated app, or one that was rotated, is refused everywhere within a minute', async () => {
    const edge = createTestEdge()
    const [near, far] = [
      edge,
      createTestEdge({ platform: edge.platform, cache: edge.cache, core: edge.core.port }),
    ]
    await ask(near)
    // The last moment at which the shared cache still knows: from there another isolate keeps it for its own time.
    edge.core.answers.set(verify, () => json({ verdict: null, deniedUsers: [] }))
    edge.platform.advance(verdictSharedMs - 1)
    expect((await far.call('GET', '/v1/events/theatre')).status).toBe(200)
    expect((await ask(near)).status).toBe(200)
    edge.platform.advance(verdictIsolateMs)
    const answers = await Promise.all([ask(near), far.call('GET', '/v1/events/theatre')])
    expect(answers.map(({ status }) => status)).toEqual([401, 401])
    expect(verdictSharedMs + verdictIsolateMs + coreBudgetMs).toBeLessThan(minuteMs)
  })

  test('an app that is active again is served again, as soon', async () => {
    const edge = createTestEdge()
    const known = edge.core.answers.get(verify)
    edge.core.answers.set(verify, () => json({ verdict: null, deniedUsers: [] }))
    expect((await ask(edge)).status).toBe(401)
    if (known) edge.core.answers.set(verify, known)
    expect((await ask(edge)).status).toBe(401)
    edge.platform.advance(verdictSharedMs)
    expect((await ask(edge)).status).toBe(200)
  })
})

describe('a predecessor’s key', () => {
  test.each([
    ['server', 'secret_key_in_browser', 'invalid_request'],
    ['page', 'forbidden', 'origin_required'],
    ['of a later version', 'forbidden', 'origin_required'],
    [undefined, 'forbidden', 'origin_required'],
  ])(
    'whose use is %s has the rights of no more than that, with an origin or without',
    async (use, ...said) => {
      const edge = createTestEdge()
      const shop = { ...verdicts.get(publishableKey), allowedDomains: ['*'] }
      const verdict = { ...shop, kind: 'legacy', ...(use && { use }) }
      edge.core.answers.set(verify, () => json({ verdict, deniedUsers: [] }))
      const reasons = []
      for (const origin of ['https://shop.example', null]) {
        const response = await edge.call('POST', '/admin/sync-seats', {
          ...{ key: 'the-key-of-a-predecessor-0123456789', token: null, origin },
          headers: { 'x-app-id': 'app_1' },
          body: { entityId: 'x', seats: [] },
        })
        const { error } = (await response.json()) as { error: { details: { reason: string } } }
        reasons.push(error.details.reason)
      }
      expect(reasons).toEqual(said)
    },
  )

  test('is none on these routes, even one that looks like ours', async () => {
    const edge = createTestEdge()
    const legacy = { ...verdicts.get(secretKey), kind: 'legacy' }
    edge.core.answers.set(verify, () => json({ verdict: legacy, deniedUsers: [] }))
    for (const key of [secretKey, 'the-key-of-a-predecessor-0123456789']) {
      const more = { key, token: null, headers: { 'x-app-id': 'app_1' } }
      const response = await edge.call('GET', '/v1/events/theatre', more)
      expect([response.status, (await problemIn(response)).code]).toEqual([401, 'invalid_api_key'])
    }
    expect(edge.core.count(verify)).toBe(1)
  })

  test('is asked about together with its app, and remembered for that app only', async () => {
    const { platform, core: testCore, cache } = createTestEdge()
    const key = 'the-key-of-a-predecessor-0123456789'
    const asked: unknown[] = []
    const answer = async (_path: string, init: CoreInit) => {
      asked.push(JSON.parse(new TextDecoder().decode(init.body)))
      const legacy = { ...verdicts.get(secretKey), kind: 'legacy' }
      return json({ verdict: asked.length === 1 ? legacy : null, deniedUsers: [] })
    }
    const core = createCoreClient(answer, createAssertionSigner(settings.edgeKeys, platform), platform)
    const flights = createFlights(true)
    const known = createKeyVerdicts(createVerdictCache({ core, shared: cache, flights, platform }), platform)
    const present = (appId: string) =>
      known({
        ...{ key, appId: AppId.parse(appId) },
        caller: { requestId: 'req_1', clientAddress: '192.0.2.1', observe: unobserved },
        onMiss: async () => {},
        afterwards: () => {},
      })
    expect((await present('app_1'))?.kind).toBe('legacy')
    // A core of a version before does not say who has it.
    expect((await present('app_1'))?.use).toBe('page')
    expect(await present('app_2')).toBeNull()
    expect((await present('app_1'))?.appId).toBe('app_1')
    expect(asked).toEqual([
      { key, appId: 'app_1' },
      { key, appId: 'app_2' },
    ])
    expect(JSON.stringify([...cache.entries])).not.toContain(key)
    expect(testCore.requests).toEqual([])
  })
})
