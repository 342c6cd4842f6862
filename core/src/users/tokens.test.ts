import {
  AppId,
  clockToleranceSeconds,
  Principal,
  systemPlatform,
  tokenIssuer,
  tokenKinds,
  UserClaims,
} from '@holdfast/contract'
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { platformAt, tokenSecrets } from './testing.ts'
import { createTokenIssuer, type TokenIssuer } from './tokens.ts'

const nowMs = Date.parse('2026-11-23T12:00:00.900Z')
const nowSeconds = Math.floor(nowMs / 1000)
const appId = AppId.parse('app_one')
const issuer = createTokenIssuer(tokenSecrets, platformAt(nowMs))

const issued = [
  {
    name: 'a user token',
    kind: 'user',
    issue: (by: TokenIssuer) => by.issueUserToken('usr_1', appId),
    ttlSeconds: 7 * 86_400,
    claims: { sub: 'pool:usr_1', app: 'app_one' },
  },
  {
    name: 'a token for all apps of the predecessors',
    kind: 'user',
    issue: (by: TokenIssuer) => by.issueUserToken('usr_1', null),
    ttlSeconds: 7 * 86_400,
    claims: { sub: 'pool:usr_1', pool: true },
  },
  {
    name: 'a guest token',
    kind: 'user',
    issue: (by: TokenIssuer) => by.issueGuestToken('gst_1', appId),
    ttlSeconds: 86_400,
    claims: { sub: 'guest:gst_1', app: 'app_one' },
  },
  {
    name: 'an admin token',
    kind: 'admin',
    issue: (by: TokenIssuer) => by.issueAdminToken({ name: 'root', stamp: 'x', ttlSeconds: 28_800 }),
    ttlSeconds: 28_800,
    claims: { sub: 'root', stamp: 'x' },
  },
] as const

/** As the edge reads tokens: everything that could differ is written out. */
const verifyAs = (kind: keyof typeof tokenKinds, token: string, secret: Uint8Array, atSeconds: number) =>
  jwtVerify(token, secret, {
    algorithms: ['HS256'],
    typ: tokenKinds[kind].typ,
    audience: tokenKinds[kind].audience,
    issuer: tokenIssuer,
    requiredClaims: ['iss', 'aud', 'exp', 'iat', 'sub', 'jti'],
    clockTolerance: clockToleranceSeconds,
    currentDate: new Date(atSeconds * 1000),
  })

describe.each(issued)('$name', ({ kind, issue, ttlSeconds, claims }) => {
  test('says exactly this', async () => {
    const { token, expiresInSeconds } = await issue(issuer)
    expect(expiresInSeconds).toBe(ttlSeconds)
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: tokenKinds[kind].typ })
    expect(decodeJwt(token)).toEqual({
      ...claims,
      iss: 'holdfast',
      aud: tokenKinds[kind].audience,
      iat: nowSeconds,
      exp: nowSeconds + ttlSeconds,
      jti: expect.stringMatching(/^tok_[0-9A-Za-z]{22}$/),
    })
  })

  test('is good until it expires', async () => {
    const { token } = await issue(issuer)
    const lastSecond = nowSeconds + ttlSeconds + clockToleranceSeconds - 1
    await expect(verifyAs(kind, token, tokenSecrets[kind], lastSecond)).resolves.toBeDefined()
    await expect(verifyAs(kind, token, tokenSecrets[kind], lastSecond + 1)).rejects.toMatchObject({
      code: 'ERR_JWT_EXPIRED',
    })
  })

  test('passes for no other kind, whatever secret it is tried with', async () => {
    const { token } = await issue(issuer)
    for (const other of ['user', 'admin', 'edge'] as const) {
      if (other === kind) continue
      for (const secret of Object.values(tokenSecrets)) {
        await expect(verifyAs(other, token, secret, nowSeconds)).rejects.toThrow()
      }
    }
  })

  test('is worth nothing with another secret, a changed claim, or no signature', async () => {
    const { token } = await issue(issuer)
    const [header, payload = '', signature] = token.split('.')
    const raised = btoa(atob(payload).replace(/"sub":"[^"]*"/, '"sub":"pool:usr_2"')).replace(/=+$/, '')
    const none = btoa(JSON.stringify({ alg: 'none', typ: tokenKinds[kind].typ })).replace(/=+$/, '')
    const otherSecret = tokenSecrets[kind === 'user' ? 'admin' : 'user']
    await expect(verifyAs(kind, token, otherSecret, nowSeconds)).rejects.toThrow()
    for (const forged of [`${header}.${raised}.${signature}`, `${none}.${payload}.`, `${none}.${payload}.x`])
      await expect(verifyAs(kind, forged, tokenSecrets[kind], nowSeconds)).rejects.toThrow()
  })

  test('has an id of its own each time', async () => {
    const tokens = await Promise.all([issue(issuer), issue(issuer)])
    expect(new Set(tokens.map(({ token }) => decodeJwt(token).jti)).size).toBe(2)
  })
})

test('what is said of users is what the contract reads', async () => {
  const { token } = await issuer.issueGuestToken('gst_1', appId)
  expect(UserClaims.parse(decodeJwt(token))).toMatchObject({
    sub: Principal.parse('guest:gst_1'),
    app: appId,
  })
})

test.each(['', 'a/b', 'x'.repeat(65), 'usr_1:admin', 'usr 1', '{"$gt":""}'])(
  'an id that is none makes no token: %j',
  async (id) => {
    expect(() => issuer.issueUserToken(id, appId)).toThrow()
    expect(() => issuer.issueGuestToken(id, appId)).toThrow()
  },
)

test.each([
  ['short', new TextEncoder().encode('abcdefghijklmnopqrstuvwxyz01234')],
  ['a pattern', new TextEncoder().encode('secret'.repeat(8))],
  ['empty', new Uint8Array()],
])('a secret that is %s is refused at once, for either kind', (_, weak) => {
  expect(() => createTokenIssuer({ ...tokenSecrets, user: weak }, systemPlatform)).toThrow('token secret')
  expect(() => createTokenIssuer({ ...tokenSecrets, admin: weak }, systemPlatform)).toThrow('token secret')
})
