import { foreignUserId, systemPlatform } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { createTestEdge, json, problemIn } from '../testing.ts'
import { holdId, makeToken, publishableKey, secretKey, settings, verdicts } from '../testing-data.ts'
import { decoded } from './user-auth.ts'

const edge = createTestEdge()
const view = {
  id: 'usr_1',
  email: 'a@b.example',
  name: 'A',
  phone: null,
  createdAt: '2026-11-23T12:00:00.000Z',
}
const told = { valid: true, principal: 'pool:usr_1', user: view }
edge.core.answers.set('POST /v1/auth/verify', () => json(told))
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
    expect(await response.json()).toEqual(told)
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

  test('while secrets change, tokens of either are good, each for its own kind', async () => {
    const secretOf = (n: number) => new Uint8Array(32).map((_, at) => at * n)
    const [oldUser, oldAdmin] = [secretOf(7), secretOf(9)]
    const changing = createTestEdge({
      settings: { ...settings, userTokenSecretOld: oldUser, adminTokenSecretOld: oldAdmin },
    })
    changing.core.answers.set('POST /v1/auth/verify', () => json(told))
    const statusOf = async (secret: Uint8Array | undefined) => {
      const token = await makeToken(changing.platform, 'user', secret ? { secret } : {})
      return (await changing.call('POST', '/v1/auth/verify', { token })).status
    }
    expect([await statusOf(undefined), await statusOf(oldUser), await statusOf(oldAdmin)]).toEqual([
      200, 200, 401,
    ])
    expect((await whoami(await makeToken(edge.platform, 'user', { secret: oldUser }))).status).toBe(401)
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

  test.each([
    'auth0|5f7c8ec7c33c6c004bbafe82',
    'ada@example.com',
    'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    'https://id.example/users/7',
    'a b',
    'Jürgen',
    'x'.repeat(512),
  ])('are called whatever their app calls them: %s', async (id) => {
    const response = await vouch(encodeURIComponent(id), secretKey)
    const digest = await foreignUserId(systemPlatform, id)
    expect(digest).toMatch(/^user-/)
    expect(await response.json()).toEqual({ valid: true, principal: `ext:app_1:${digest}` })
  })

  test('are the same one, however the header has their id', async () => {
    const [plain, encoded] = await Promise.all(
      ['auth0|7', 'auth0%7C7'].map(async (id) => (await vouch(id, secretKey)).json()),
    )
    expect(plain).toEqual(encoded)
  })

  test('have ids that say something, are not endless, and stand for nobody else', async () => {
    const standing = await foreignUserId(systemPlatform, 'ada@example.com')
    for (const id of ['', '%20', 'x'.repeat(513), standing]) {
      const problem = await problemIn(await vouch(id, secretKey))
      expect(problem).toMatchObject({ code: 'invalid_request', errors: [{ path: 'x-external-user-id' }] })
    }
  })

  test('two identities at once are none', async () => {
    const token = await makeToken(edge.platform, 'user')
    const more = { 'x-external-user-id': 'u-1', authorization: `Bearer ${token}` }
    const response = await edge.call('POST', '/v1/auth/verify', { key: secretKey, headers: more })
    expect(response.status).toBe(422)
  })
})

describe('what is said of an app’s own user', () => {
  const confirmPath = `/v1/events/theatre/holds/${holdId}/confirm`

  /** The claims with which core hears of a confirm by a user with these headers. */
  async function claimsOf(more: Record<string, string>, key = secretKey) {
    const own = createTestEdge()
    await own.call('POST', confirmPath, { key, headers: { 'x-external-user-id': 'u-1', ...more }, body: {} })
    return own.core.requests.find(({ path }) => path === confirmPath)?.claims
  }

  test('reaches core under the signature', async () => {
    const more = { 'x-external-user-email': 'Bob@Example.org', 'x-external-user-name': 'Bob 100%' }
    expect(await claimsOf(more)).toMatchObject({
      principal: 'ext:app_1:u-1',
      externalUser: { email: 'bob@example.org', name: 'Bob 100%' },
    })
    const name = encodeURIComponent('Zoë 東京')
    expect(await claimsOf({ 'x-external-user-name': name })).toMatchObject({
      externalUser: { name: 'Zoë 東京' },
    })
    expect(await claimsOf({})).toMatchObject({ externalUser: {} })
  })

  test.each([
    ['x-external-user-email', 'no address'],
    ['x-external-user-email', `${'x'.repeat(250)}@example.org`],
    ['x-external-user-name', 'x'.repeat(201)],
    ['x-external-user-name', 'a%0Ab'],
  ])('is refused when it cannot be: %s %s', async (header, value) => {
    const headers = { 'x-external-user-id': 'u-1', [header]: value }
    const response = await edge.call('POST', '/v1/auth/verify', { key: secretKey, headers })
    expect(await problemIn(response)).toMatchObject({ code: 'invalid_request', errors: [{ path: header }] })
  })

  test.each([
    ['x-external-user-email', 'no address'],
    ['x-external-user-name', 'a%0Ab'],
  ])('blocks no read, whatever it is: %s', async (header, value) => {
    const own = createTestEdge()
    const headers = { 'x-external-user-id': 'u-1', [header]: value }
    await own.call('GET', '/v1/bookings', { key: secretKey, headers })
    const { claims } = own.core.requests.find(({ path }) => path.startsWith('/v1/bookings')) ?? {}
    expect(claims).toMatchObject({ principal: 'ext:app_1:u-1' })
    expect(claims).not.toHaveProperty('externalUser')
    const status = await own.call('GET', `/v1/events/theatre/holds/${holdId}`, { key: secretKey, headers })
    expect((await problemIn(status)).code).toBe('not_found')
  })

  test('may be an international address, as any library sends it', async () => {
    const typed = ' анна@Пример.рф '
    const asBytes = String.fromCharCode(...new TextEncoder().encode(typed.trim()))
    for (const value of [encodeURIComponent(typed), asBytes])
      expect(await claimsOf({ 'x-external-user-email': value })).toMatchObject({
        externalUser: { email: 'анна@xn--e1afmkfd.xn--p1ai' },
      })
  })

  test('is nothing beside a token: a user of the pool is who they are', async () => {
    const own = createTestEdge()
    const token = await makeToken(own.platform, 'user')
    await own.call('POST', confirmPath, { token, headers: { 'x-external-user-name': 'Eve' }, body: {} })
    const { claims } = own.core.requests.find(({ path }) => path === confirmPath) ?? {}
    expect(claims).toMatchObject({ principal: 'pool:usr_1' })
    expect(claims).not.toHaveProperty('externalUser')
  })
})

describe('an app that lets its pages vouch', () => {
  const vouching = () => {
    const own = createTestEdge()
    const verdict = { ...verdicts.get(publishableKey), browserVouching: true }
    own.core.answers.set('POST /internal/keys/verify', () => json({ verdict, deniedUsers: [] }))
    return own
  }

  test('has users of its own on them, and no other app’s', async () => {
    const own = vouching()
    const response = await own.call('POST', '/v1/auth/verify', { headers: { 'x-external-user-id': 'u-1' } })
    expect(await response.json()).toEqual({ valid: true, principal: 'ext:app_1:u-1' })
  })

  test('still has pages that act for nobody in particular refused', async () => {
    const response = await vouching().call('GET', '/v1/bookings', { token: null })
    expect((await problemIn(response)).code).toBe('invalid_token')
  })
})

describe('what comes in a header is read', () => {
  const asBytes = (text: string) => String.fromCharCode(...new TextEncoder().encode(text))

  test.each([
    ['as it is', 'Ada Lovelace', 'Ada Lovelace'],
    ['as encodeURIComponent writes it', encodeURIComponent('Анна'), 'Анна'],
    ['as the bytes of UTF-8, which curl sends', asBytes('Анна'), 'Анна'],
    ['as Latin letters, which those are no bytes of', 'Ren\u00e9', 'Ren\u00e9'],
    ['with a percent sign that encodes nothing', '100 % Ada', '100 % Ada'],
  ])('%s', (_, sent, read) => {
    expect(decoded(sent)).toBe(read)
  })
})

describe('the token of a guest who becomes an account', () => {
  const path = '/v1/auth/guest/merge'
  const own = createTestEdge()
  own.core.answers.set(`POST ${path}`, () => json({ holds: [], bookings: 0, left: [] }))
  const token = (claims: Record<string, unknown>) => makeToken(own.platform, 'user', { claims })
  const merge = async (guestToken: string, more = {}) =>
    own.call('POST', path, { body: { guestToken, events: ['theatre'] }, ...more })

  test('is read here, and core is told whose it is and no token', async () => {
    const response = await merge(await token({ sub: 'guest:g1', app: 'app_1' }))
    expect([response.status, await response.json()]).toEqual([200, { holds: [], bookings: 0, left: [] }])
    const { claims, body } = own.core.requests.at(-1) ?? {}
    expect(claims).toMatchObject({ principal: 'pool:usr_1', guest: 'guest:g1' })
    expect(body).toBe('{"events":["theatre"]}')
  })

  test.each([
    ['of a guest of another app', { sub: 'guest:g1', app: 'app_2' }],
    ['of an account', { sub: 'pool:usr_2' }],
    ['that is over', { sub: 'guest:g1', app: 'app_1', exp: now - 6 }],
  ])('%s is refused by its name', async (_, claims) => {
    const problem = await problemIn(await merge(await token(claims)))
    expect(problem).toMatchObject({ code: 'invalid_request', errors: [{ path: 'guestToken' }] })
  })

  test('makes no guest of a guest', async () => {
    const guest = await token({ sub: 'guest:g1', app: 'app_1' })
    const response = await merge(guest, { token: await token({ sub: 'guest:g2', app: 'app_1' }) })
    expect([response.status, (await problemIn(response)).detail]).toEqual([
      403,
      'Call as the account that the guest becomes: sign in and send its token.',
    ])
  })
})
