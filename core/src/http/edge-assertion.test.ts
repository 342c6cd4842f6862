import {
  coreBudgetMs,
  type EdgeClaims,
  headers,
  systemPlatform,
  tokenIssuer,
  tokenKinds,
} from '@holdfast/contract'
import { Hono } from 'hono'
import { base64url, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { type CoreEnv, edgeAssertion, signedBody } from './edge-assertion.ts'
import { onError } from './errors.ts'
import { createTakenWrites } from './taken-writes.ts'

const secret = () => crypto.getRandomValues(new Uint8Array(32))
const [current, next, foreign] = [secret(), secret(), secret()]
const app = new Hono<CoreEnv>()
  .use(
    edgeAssertion(
      [
        { kid: 'now', secret: current },
        { kid: 'next', secret: next },
      ],
      systemPlatform,
    ),
  )
  .use(
    signedBody(
      systemPlatform,
      createTakenWrites(systemPlatform, () => {}),
    ),
  )
  .all('*', (c) => c.json({ claims: c.get('claims'), body: c.get('body') }, 200))
app.onError(onError)

const body = '{"seats":["A-1"]}'
const bodyDigest = base64url.encode(await systemPlatform.sha256(new TextEncoder().encode(body)))
const seconds = () => Math.floor(Date.now() / 1000)

const claims = (): EdgeClaims => ({
  method: 'POST',
  path: '/v1/things?x=1',
  bodyDigest,
  requestId: 'req_1',
  clientIp: '192.0.2.1',
  budgetMs: 8_000,
})

interface Forgery {
  readonly claims?: object
  readonly header?: object
  readonly secret?: Uint8Array
  readonly iat?: number
  readonly exp?: number | null
  readonly leaveOut?: 'jti'
  readonly issuer?: string
  readonly audience?: string
}

function assertion(f: Forgery = {}): Promise<string> {
  const iat = f.iat ?? seconds()
  const jwt = new SignJWT({ ...claims(), ...f.claims })
    .setProtectedHeader({ alg: 'HS256', kid: 'now', typ: tokenKinds.edge.typ, ...f.header })
    .setIssuer(f.issuer ?? tokenIssuer)
    .setAudience(f.audience ?? tokenKinds.edge.audience)
    .setIssuedAt(iat)
  if (f.leaveOut !== 'jti') jwt.setJti(crypto.randomUUID())
  if (f.exp !== null) jwt.setExpirationTime(f.exp ?? iat + 30)
  return jwt.sign(f.secret ?? current)
}

const call = (token: string | undefined, init: RequestInit = {}, path = '/v1/things?x=1') =>
  app.request(path, {
    method: 'POST',
    body,
    ...init,
    headers: token === undefined ? {} : { [headers.edgeAssertion]: token },
  })

describe('core lets in what the edge has signed', () => {
  test('with its claims and its body', async () => {
    const response = await call(await assertion())
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ claims: { requestId: 'req_1' }, body })
  })

  test('with either of two live keys, so that keys rotate without a gap', async () => {
    expect((await call(await assertion({ secret: next, header: { kid: 'next' } }))).status).toBe(200)
  })
})

test('F37: what came so late that nobody waits for it any more is dropped before it is begun', async () => {
  const times = [0, coreBudgetMs].map((ms) => Date.now() + ms)
  const platform = { ...systemPlatform, now: () => (times.length > 1 ? times.shift() : times[0]) ?? 0 }
  const slow = new Hono<CoreEnv>()
    .use(edgeAssertion([{ kid: 'now', secret: current }], platform))
    .use(signedBody(platform, () => true))
    .all('*', (c) => c.text('begun', 200))
  slow.onError(onError)
  const init = { method: 'POST', body, headers: { [headers.edgeAssertion]: await assertion() } }
  const response = await slow.request('/v1/things?x=1', init)
  expect(response.headers.get(headers.retryAfter)).toBe('1')
  expect(await response.json()).toMatchObject({ status: 503, code: 'overloaded' })
})

test('a claim of another version’s edge is not listened to, and the request is let in', async () => {
  const known = { id: 'app_1', kind: 'secret' }
  const token = await assertion({ claims: { app: { ...known, scopes: ['all'] }, region: 'eu', root: true } })
  const response = await call(token)
  expect(response.status).toBe(200)
  const seen = (await response.json()) as { claims: object }
  expect(seen).toMatchObject({ claims: { ...claims(), app: known } })
  expect(Object.keys(seen.claims)).not.toContain('root')
})

describe('core refuses, without a word of why,', () => {
  const forgeries: [string, () => Promise<string | undefined>][] = [
    ['no assertion', async () => undefined],
    ['something that is no token', async () => 'x.y.z'],
    ['an unsigned token', async () => new UnsecuredJWT({ ...claims() }).encode()],
    ['another secret', () => assertion({ secret: foreign })],
    ['a kid that nobody has', () => assertion({ header: { kid: 'old' } })],
    ['the secret of the other kid', () => assertion({ secret: next })],
    [
      'another algorithm',
      () => assertion({ header: { alg: 'HS512' }, secret: new Uint8Array([...current, ...next]) }),
    ],
    ['another kind of token', () => assertion({ header: { typ: tokenKinds.user.typ } })],
    ['another issuer', () => assertion({ issuer: 'other' })],
    ['another audience', () => assertion({ audience: tokenKinds.user.audience })],
    ['a token that never expires', () => assertion({ exp: null })],
    ['a token without an id', () => assertion({ leaveOut: 'jti' })],
    ['an expired token', () => assertion({ iat: seconds() - 60, exp: seconds() - 10 })],
    [
      'a token that was made long ago and lives long',
      () => assertion({ iat: seconds() - 120, exp: seconds() + 600 }),
    ],
    ['a token for another method', () => assertion({ claims: { method: 'PUT' } })],
    ['a token for another path', () => assertion({ claims: { path: '/v1/things' } })],
    ['a token for another body', () => assertion({ claims: { bodyDigest: 'x' } })],
    [
      'a kind of key that has no rights here',
      () => assertion({ claims: { app: { id: 'app_1', kind: 'kiosk' } } }),
    ],
    ['claims of another shape', () => assertion({ claims: { app: { id: { $gt: '' }, kind: 'secret' } } })],
  ]
  test.each(forgeries)('%s', async (_, make) => {
    const response = await call(await make())
    expect(response.status).toBe(403)
    expect(response.headers.get(headers.edgeRefused)).toBe('true')
    expect(await response.json()).toMatchObject({ code: 'forbidden' })
  })

  test('a body that was changed on the way', async () => {
    expect((await call(await assertion(), { body: `${body} ` })).status).toBe(403)
  })

  test('a write that comes again, which the edge is told', async () => {
    const token = await assertion()
    expect((await call(token)).status).toBe(200)
    const again = await call(token)
    expect([again.status, again.headers.get(headers.edgeRefused)]).toEqual([403, 'replayed'])
  })
})
