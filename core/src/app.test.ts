import {
  type EdgeClaims,
  headers,
  ProblemBody,
  systemPlatform,
  tokenIssuer,
  tokenKinds,
} from '@holdfast/contract'
import { base64url, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCoreApp } from './app.ts'
import { claimKey, completeKey } from './bookings/claim-key.ts'
import { pinned } from './bookings/testing.ts'
import type { Core } from './context.ts'
import { idle, type Standing } from './http/admission.ts'
import { StoreError } from './store/store.ts'
import { grantId, owner, testCore } from './testing.ts'
import { plainPasswords, testTokens } from './users/testing.ts'

const secret = crypto.getRandomValues(new Uint8Array(32))
let world: Awaited<ReturnType<typeof testCore>>
let app: ReturnType<typeof createCoreApp>
beforeAll(async () => {
  world = await testCore()
  const { hasher } = plainPasswords()
  const identities = {
    ...{ passwords: hasher, adminPasswords: hasher, keyHasher: hasher, tokens: testTokens() },
    admin: { email: 'root@example.org', username: 'root', passwordHash: 'plain:open sesame' },
  }
  app = createCoreApp(world.core, identities, [{ kid: 'k', secret }])
})
afterAll(() => world.core.store.close())

/** A request under the edge's signature, by whom the claims say. */
async function call(method: string, path: string, who: Partial<EdgeClaims>, body = '') {
  const bytes = new TextEncoder().encode(body)
  const claims: EdgeClaims = {
    ...{ method, path, requestId: 'req_1', clientIp: '192.0.2.1', budgetMs: 8_000 },
    bodyDigest: base64url.encode(await systemPlatform.sha256(bytes)),
    ...who,
  }
  const iat = Math.floor(systemPlatform.now() / 1_000)
  const token = await new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256', kid: 'k', typ: tokenKinds.edge.typ })
    .setIssuer(tokenIssuer)
    .setAudience(tokenKinds.edge.audience)
    .setIssuedAt(iat)
    .setExpirationTime(iat + 30)
    .setJti(crypto.randomUUID())
    .sign(secret)
  const init = { method, headers: { [headers.edgeAssertion]: token }, ...(body && { body }) }
  return app.request(path, init)
}

const routes: [string, string, string][] = [
  ['GET', '/v1/admin/apps', ''],
  ['POST', '/v1/admin/apps', '{"name":"Shop"}'],
  ['GET', '/v1/admin/apps/app_test', ''],
  ['PATCH', '/v1/admin/apps/app_test', '{"name":"Mine now"}'],
  ['DELETE', '/v1/admin/apps/app_test', ''],
  ['POST', '/v1/admin/apps/app_test/keys/rotate', '{"kind":"secret"}'],
  ['GET', '/v1/admin/bookings', ''],
  ['GET', '/v1/admin/outbox', ''],
  ['POST', '/v1/admin/outbox/1.settle.row_1/retry', '{"app":"app_test"}'],
  ['GET', '/v1/admin/stats', ''],
  ['GET', '/v1/admin/users', ''],
  ['GET', '/v1/admin/users/usr_1', ''],
  ['PATCH', '/v1/admin/users/usr_1', '{"active":false}'],
]

describe('what is the admin’s', () => {
  test.each(routes)('%s %s is refused to everybody else, and nothing changes', async (method, path, body) => {
    const server = { app: { id: world.appId, kind: 'secret' as const } }
    const callers: Partial<EdgeClaims>[] = [{}, server, { ...server, principal: 'pool:usr_1' as never }]
    const before = JSON.stringify(await world.core.store.get(world.appId, 'apps', {}))
    for (const who of callers) {
      const response = await call(method, path, who, body)
      expect(response.status).toBe(401)
      expect(ProblemBody.parse(await response.json()).code).toBe('invalid_token')
    }
    expect(JSON.stringify(await world.core.store.get(world.appId, 'apps', {}))).toBe(before)
    expect(await world.core.store.count(world.appId, 'keys', {})).toBe(0)
  })

  test('is answered to the admin', async () => {
    const statuses = []
    for (const [method, path, body] of routes) {
      statuses.push((await call(method, path, { admin: true }, body)).status)
    }
    expect(statuses).toEqual([200, 201, 200, 200, 200, 201, 200, 200, 404, 200, 200, 404, 404])
  })
})

describe('a key question', () => {
  const ask = async (body: object) =>
    (await call('POST', '/internal/keys/verify', {}, JSON.stringify(body))).json()

  test('about a wrong key tells nothing, not even who is deactivated', async () => {
    expect(await ask({ key: 'x' })).toEqual({ verdict: null, deniedUsers: [] })
    expect(await ask({ key: 'x'.repeat(40), appId: 'app_test' })).toEqual({ verdict: null, deniedUsers: [] })
  })

  test.each([{ key: { $gt: '' } }, { key: '' }, {}, { key: 'x', appId: { $ne: '' } }])(
    'of %o is refused',
    async (body) => {
      expect(await ask(body)).toMatchObject({ code: 'invalid_request' })
    },
  )
})

describe('an edge of another version', () => {
  // The admin has deactivated the app above.
  beforeAll(() => call('PATCH', '/v1/admin/apps/app_test', { admin: true }, '{"active":true}'))
  const path = (n: number) => `/v1/events/${world.eventId}/holds/${grantId(n)}/confirm`
  const ask = (n: number, command: object) => {
    const who = { app: { id: world.appId, kind: 'publishable' as const }, principal: owner(n) }
    return call('POST', path(n), who, JSON.stringify({ idempotencyKey: `key-${n}`, ...command }))
  }

  test('may say more than core knows beside what it asks', async () => {
    const question = JSON.stringify({ key: 'x', more: 1 })
    expect((await call('POST', '/internal/keys/verify', {}, question)).status).toBe(200)
    const pin = { ...pinned('A-1'), lines: [] }
    expect((await ask(1, { pin, payment: { id: 'pay_1' }, room: 'main' })).status).toBe(201)
  })

  test('may not hand on a wish of a client that core does not know', async () => {
    const payment = { id: 'pay_2', split: true }
    expect((await ask(2, { pin: pinned('A-2'), payment })).status).toBe(422)
  })

  test('whose pin says what core does not know is asked to come again, and nothing is decided', async () => {
    const answer = await ask(3, { pin: { word: 'queued', position: 7 }, payment: { id: 'pay_3' } })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    const { eventId } = world
    expect(
      await world.core.store.get(world.appId, 'reservations', { eventId, grantId: grantId(3) }),
    ).toBeNull()
    expect((await ask(3, { pin: pinned('A-3'), payment: { id: 'pay_3' } })).status).toBe(201)
  })

  test('gets what a core of another version has answered to the key, byte for byte', async () => {
    const { core, appId, eventId } = world
    const payment = { id: 'pay_4' }
    const grant = { appId, eventId, grantId: grantId(4) }
    const asked = JSON.stringify(['confirm', grant, owner(4), payment])
    const fingerprint = base64url.encode(await systemPlatform.sha256(new TextEncoder().encode(asked)))
    const claimed = await claimKey(core, { appId, owner: owner(4), key: 'key-4', fingerprint })
    if (claimed.word !== 'claimed') throw new Error(claimed.word)
    const body = '{"type":"/docs/errors#new_code","code":"new_code","news":1}'
    await completeKey(core.store, claimed.claim, { status: 410, body })
    const answer = await ask(4, { pin: pinned('A-4'), payment })
    expect([answer.status, await answer.text()]).toEqual([410, body])
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('idempotent-replayed')).toBe('true')
  })
})

describe('F29: the probes of Kubernetes', () => {
  const { hasher } = plainPasswords()
  const identities = {
    ...{ passwords: hasher, adminPasswords: hasher, keyHasher: hasher, tokens: testTokens() },
    admin: { email: 'root@example.org', username: 'root', passwordHash: 'plain:open sesame' },
  }
  const probe = async (core: Core, standing: Partial<Standing> = {}) => {
    const app = createCoreApp(core, identities, [{ kid: 'k', secret }], { ...idle, ...standing })
    return Promise.all(['/livez', '/readyz'].map(async (path) => (await app.request(path)).status))
  }

  test('a core that works is alive and ready, and under load too', async () => {
    expect(await probe(world.core)).toEqual([200, 200])
    expect(await probe(world.core, { loopDelayMs: () => Number.MAX_VALUE })).toEqual([200, 200])
  })

  test('a core that leaves, or whose store does not answer, is alive and not ready', async () => {
    expect(await probe(world.core, { isLeaving: () => true })).toEqual([200, 503])
    const count = () => Promise.reject(new StoreError('unavailable', 'nobody there'))
    expect(await probe({ ...world.core, store: { ...world.core.store, count } })).toEqual([200, 503])
  })
})
