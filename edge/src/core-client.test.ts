import { type AppVerdict, coreBudgetMs, edgeBudgetMs, type Principal } from '@holdfast/contract'
import { base64url } from 'jose'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { createAssertionSigner } from './assertion.ts'
import { createCoreClient } from './core-client.ts'
import { type CorePort, CoreUnreachable } from './ports.ts'
import { unobserved } from './telemetry/observe.ts'
import { createTestEdge, createTestPlatform, json, refusal, settle } from './testing.ts'
import { buyer, publishableKey, settings, verdicts } from './testing-data.ts'

const platform = createTestPlatform()
const clientOf = (port: CorePort) =>
  createCoreClient(port, createAssertionSigner(settings.edgeKeys, platform), platform)
const app = verdicts.get(publishableKey) as AppVerdict
const caller = {
  requestId: 'req_1',
  clientAddress: '198.51.100.7',
  observe: unobserved,
  app,
  principal: buyer as Principal,
}
const get = { method: 'GET', path: '/v1/events?limit=5', caller } as const

describe('what core is told', () => {
  test('is under the first key, for this request only, and dies in seconds', async () => {
    const { core } = createTestEdge()
    await clientOf(core.port).send(get)
    const [request] = core.requests
    expect(request?.header).toEqual({ alg: 'HS256', kid: 'k1', typ: 'edge+jwt' })
    const iat = Math.floor(platform.now() / 1000)
    expect(request?.claims).toEqual({
      iss: 'holdfast',
      aud: 'holdfast-core',
      iat,
      exp: iat + 30,
      jti: expect.stringMatching(/^tok_/),
      method: 'GET',
      path: '/v1/events?limit=5',
      bodyDigest: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
      requestId: 'req_1',
      clientIp: '198.51.100.7',
      budgetMs: coreBudgetMs,
      app: { id: 'app_1', kind: 'publishable' },
      principal: 'pool:usr_1',
    })
  })

  test('says by which key the call came, if core has told it', async () => {
    const { core } = createTestEdge()
    await clientOf(core.port).send({ ...get, caller: { ...caller, app: { ...app, keyId: 'key_1' } } })
    expect(core.requests[0]?.claims).toMatchObject({ app: { id: 'app_1', keyId: 'key_1' } })
  })

  test('names the digest of the body that is sent', async () => {
    const { core } = createTestEdge()
    const body = new TextEncoder().encode('{"a":1}')
    await clientOf(core.port).send({ method: 'PUT', path: '/v1/events/theatre', body, caller })
    const digest = base64url.encode(await platform.sha256(body))
    expect(core.requests[0]).toMatchObject({ body: '{"a":1}', claims: { bodyDigest: digest } })
  })

  test('is never a path that a URL would lead elsewhere', async () => {
    const { core } = createTestEdge()
    const path = '/v1/events/../admin/apps'
    await expect(clientOf(core.port).send({ method: 'GET', path, caller })).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(core.requests).toEqual([])
  })
})

describe('what core answers', () => {
  const answersTo = (port: CorePort) => clientOf(port).send(get)

  test('a refusal keeps its code, its extras and its time', async () => {
    const port = async () => refusal('in_progress', { 'retry-after': '3', 'idempotent-replayed': 'true' })
    expect(await answersTo(port)).toMatchObject({
      kind: 'refusal',
      problem: { code: 'in_progress', retryAfterSeconds: 3 },
      replayed: true,
    })
  })

  const silences: [string, CorePort, boolean][] = [
    ['a refused connection', () => Promise.reject(new CoreUnreachable()), false],
    [
      'a core that does not take the word of this edge',
      async () => refusal('forbidden', { 'x-holdfast-edge-refused': 'true' }),
      false,
    ],
    ['a broken connection', () => Promise.reject(new TypeError('fetch failed')), true],
    ['a gateway’s page', async () => new Response('<html>', { status: 502 }), true],
    ['a redirect', async () => new Response(null, { status: 302 }), true],
    [
      'a problem that is none',
      async () =>
        new Response('{}', { status: 409, headers: { 'content-type': 'application/problem+json' } }),
      true,
    ],
  ]
  test.each(silences)('%s is a silence', async (_, port, sent) => {
    expect(await answersTo(port)).toEqual({ kind: 'silence', sent })
  })

  test('so is nothing at all, even from a port that does not mind its signal', async () => {
    let asked = false
    const answer = answersTo(() => {
      asked = true
      return new Promise(() => {})
    })
    while (!asked) await settle()
    platform.advance(edgeBudgetMs)
    expect(await answer).toEqual({ kind: 'silence', sent: true })
  })

  test('and an answer that the schema does not know is of no use', async () => {
    const asking = clientOf(async () => json({ a: 1 })).ask(z.object({ b: z.string() }), get)
    await expect(asking).rejects.toMatchObject({ code: 'dependency_unavailable', retryAfterSeconds: 1 })
  })
})
