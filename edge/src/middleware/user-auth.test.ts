import { describe, expect, test } from 'vitest'
import { createTestEdge, problemIn } from '../testing.ts'
import { makeToken, secretKey, settings } from '../testing-data.ts'

const edge = createTestEdge()
const now = Math.floor(edge.platform.now() / 1000)
const whoami = (token: string | null, more = {}) => edge.call('POST', '/v1/auth/verify', { token, ...more })

const unsigned = (header: object, claims: object) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(claims)}.`
}
const good = { iss: 'holdfast', aud: 'holdfast-user', sub: 'pool:usr_1', jti: 't', iat: now, exp: now + 60 }

describe('user tokens', () => {
  test('a good one tells who bears it', async () => {
    const response = await whoami(await makeToken(edge.platform, 'user'))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ valid: true, principal: 'pool:usr_1' })
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  const claim = (claims: Record<string, unknown>) => () => makeToken(edge.platform, 'user', { claims })
  const bad: [string, () => string | null | Promise<string>][] = [
    ['none', () => null],
    ['not a token', () => 'abc'],
    ['alg none', () => unsigned({ alg: 'none', typ: 'user+jwt' }, good)],
    ['another HMAC', () => makeToken(edge.platform, 'user', { header: { alg: 'HS512' } })],
    ['another secret', () => makeToken(edge.platform, 'user', { secret: settings.adminTokenSecret })],
    ['another issuer', claim({ iss: 'elsewhere' })],
    ['another audience', claim({ aud: 'holdfast-admin' })],
    ['another typ', () => makeToken(edge.platform, 'user', { header: { typ: 'JWT' } })],
    ['no typ', () => makeToken(edge.platform, 'user', { header: { typ: undefined } })],
    ['no exp', claim({ exp: undefined })],
    ['no iat', claim({ iat: undefined })],
    ['no sub', claim({ sub: undefined })],
    ['no jti', claim({ jti: undefined })],
    ['no iss', claim({ iss: undefined })],
    ['no aud', claim({ aud: undefined })],
    ['expired', claim({ exp: now - 6 })],
    ['not yet valid', claim({ nbf: now + 6 })],
    ['made in the future', claim({ iat: now + 6 })],
    ['made long ago', claim({ iat: now - 8 * 86_400 })],
    ['an admin’s', () => makeToken(edge.platform, 'admin')],
    [
      'an admin’s under the user secret',
      () => makeToken(edge.platform, 'admin', { secret: settings.userTokenSecret }),
    ],
    ['an edge’s', () => makeToken(edge.platform, 'edge')],
    ['of nobody', claim({ sub: 'usr_1' })],
    ['of an app’s own user', claim({ sub: 'ext:app_1:u' })],
    ['of a guest of no app', claim({ sub: 'guest:g' })],
    ['of a guest of another app', claim({ sub: 'guest:g', app: 'app_2' })],
    ['of a user bound to another app', claim({ app: 'app_2' })],
  ]

  test.each(bad)('%s: 401', async (_, make) => {
    const response = await whoami(await make())
    expect([response.status, (await problemIn(response)).code]).toEqual([401, 'invalid_token'])
  })

  test('clocks may differ by five seconds', async () => {
    expect((await whoami(await claim({ exp: now - 4 })())).status).toBe(200)
    expect((await whoami(await claim({ nbf: now + 5 })())).status).toBe(200)
  })

  test('a guest is one with the app that made it', async () => {
    const response = await whoami(await claim({ sub: 'guest:g', app: 'app_1' })())
    expect(await response.json()).toMatchObject({ principal: 'guest:g' })
  })

  test('no way of being bad is told from another', async () => {
    const texts = await Promise.all(bad.map(async ([, make]) => (await whoami(await make())).text()))
    expect(new Set(texts.map((text) => text.replace(/"requestId":"[^"]+"/, ''))).size).toBe(1)
  })
})

describe('an app’s own users', () => {
  const vouch = (id: string, key?: string) =>
    edge.call('POST', '/v1/auth/verify', { ...(key && { key }), headers: { 'x-external-user-id': id } })

  test('a server vouches for them', async () => {
    const response = await vouch('u-1', secretKey)
    expect(await response.json()).toEqual({ valid: true, principal: 'ext:app_1:u-1' })
  })

  test('a browser cannot', async () => {
    expect((await problemIn(await vouch('u-1'))).code).toBe('forbidden')
  })

  test('their ids are ids', async () => {
    for (const id of ['a b', 'a:b', '', 'x'.repeat(65)]) {
      expect((await problemIn(await vouch(id, secretKey))).code).toBe('invalid_request')
    }
  })

  test('two identities at once are none', async () => {
    const token = await makeToken(edge.platform, 'user')
    const more = { 'x-external-user-id': 'u-1', authorization: `Bearer ${token}` }
    const response = await edge.call('POST', '/v1/auth/verify', { key: secretKey, headers: more })
    expect(response.status).toBe(422)
  })
})
