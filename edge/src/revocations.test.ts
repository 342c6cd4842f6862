import {
  headers,
  revocationsPerIsolateMax,
  revocationsReadEveryMs,
  revocationsTrustedMs,
  standingKnownMs,
} from '@holdfast/contract'
import type { Revocation } from '@holdfast/inventory'
import { expect, test } from 'vitest'
import { createTestEdge, createTestInventory, json, problemIn, refusal } from './testing.ts'
import { makeToken, secretKey } from './testing-data.ts'

const standing = 'POST /internal/tokens/standing'
const user = {
  id: 'usr_1',
  email: 'a@b.example',
  name: 'A',
  phone: null,
  createdAt: '2026-11-23T12:00:00.000Z',
}

/** An edge whose Redis tells what a test has ended, or nothing. */
function openEdge() {
  const ended: (Revocation & { readonly atMs: number })[] = []
  const redis = {
    mode: 'whole' as 'whole' | 'lost' | 'away',
    reads: 0,
    count: undefined as number | undefined,
  }
  const base = createTestEdge()
  const { platform } = base
  const inventory = {
    ...createTestInventory(platform),
    revocations: async (sinceMs: number, limit: number) => {
      redis.reads += 1
      if (redis.mode === 'away') throw new Error('no redis')
      const told = ended.filter(({ atMs }) => atMs >= sinceMs).slice(0, limit)
      const isWhole = redis.mode === 'whole'
      return {
        word: 'revocations',
        ...{ isWhole, told, count: redis.count ?? ended.length, nowMs: platform.now() },
      } as const
    },
  }
  const edge = createTestEdge({ platform, inventory })
  edge.core.answers.set('POST /v1/auth/verify', () => json({ valid: true, principal: 'pool:usr_1', user }))
  const end = (subject: string) =>
    void ended.push({ subject, since: Math.floor(platform.now() / 1_000) + 1, atMs: platform.now() })
  const ask = async (token?: string) => {
    const response = await edge.call('POST', '/v1/auth/verify', token === undefined ? {} : { token })
    return response.status === 200 ? 'good' : (await problemIn(response)).code
  }
  return {
    ...edge,
    platform,
    redis,
    ended,
    end,
    ask,
    tokenOf: (claims: Record<string, unknown>) => makeToken(platform, 'user', { claims }),
  }
}

test('a token that was ended is refused within a minute, and nobody else’s', async () => {
  const { platform, end, ask, tokenOf } = openEdge()
  const [token, other] = [await tokenOf({ jti: 'tok_7' }), await tokenOf({ jti: 'tok_8' })]
  expect(await ask(token)).toBe('good')
  end('tok_7')
  for (let seconds = 0; seconds < 60; seconds += 5) {
    platform.advance(5_000)
    await ask(token)
  }
  expect([await ask(token), await ask(other)]).toEqual(['invalid_token', 'good'])
})

test('every token of a user that was made before is refused, also one of an edge that was asked nothing for an hour', async () => {
  const { platform, end, ask, tokenOf } = openEdge()
  const token = await tokenOf({})
  expect(await ask(token)).toBe('good')
  end('pool:usr_1')
  platform.advance(50 * 60_000)
  expect(await ask(token)).toBe('invalid_token')
  expect(await ask(await tokenOf({ iat: Math.floor(platform.now() / 1_000) }))).toBe('good')
})

test('Redis is read once in 15 seconds, however many ask', async () => {
  const { platform, redis, ask } = openEdge()
  for (let n = 0; n < 20; n++) await ask()
  expect(redis.reads).toBe(1)
  platform.advance(revocationsReadEveryMs)
  for (let n = 0; n < 20; n++) await ask()
  expect(redis.reads).toBe(2)
})

test.each(['away', 'lost'] as const)(
  'a token that was ended while Redis is %s is refused within a minute: core is asked, of each token twice a minute',
  async (mode) => {
    const { platform, core, redis, ask } = openEdge()
    core.answers.set(standing, () => json({ revoked: [] }))
    expect(await ask()).toBe('good')
    redis.mode = mode
    const since = Math.floor(platform.now() / 1_000) + 1
    core.answers.set(standing, ({ body }) => {
      expect(JSON.parse(body)).toEqual({ subjects: ['pool:usr_1', 'tok_1'] })
      return json({ revoked: [{ subject: 'tok_1', since }] })
    })
    platform.advance(revocationsTrustedMs)
    expect([await ask(), await ask()]).toEqual(['invalid_token', 'invalid_token'])
    expect(core.count(standing)).toBe(1)
    platform.advance(standingKnownMs)
    core.answers.set(standing, () => json({ revoked: [] }))
    expect(await ask()).toBe('good')
  },
)

test('nobody is let in when neither Redis nor core says anything', async () => {
  const { core, redis, ask } = openEdge()
  redis.mode = 'away'
  core.answers.set(standing, () => refusal('overloaded'))
  expect(await ask()).toBe('overloaded')
})

test('with a core of a version before, which ends nothing, everybody is good', async () => {
  const { redis, ask } = openEdge()
  redis.mode = 'lost'
  expect(await ask()).toBe('good')
})

test('a clock that is set back makes no edge blind', async () => {
  const { platform, end, ask } = openEdge()
  expect(await ask()).toBe('good')
  platform.advance(-3_600_000)
  end('tok_1')
  expect(await ask()).toBe('invalid_token')
})

test('more than an isolate keeps are asked at core, one by one', async () => {
  const { core, redis, ask } = openEdge()
  redis.count = revocationsPerIsolateMax + 1
  core.answers.set(standing, () => json({ revoked: [{ subject: 'pool:usr_1', since: 4e9 }] }))
  expect(await ask()).toBe('invalid_token')
  expect(core.count(standing)).toBe(1)
})

test('the token of a guest and of a merge are refused as well', async () => {
  const { end, tokenOf, call } = openEdge()
  const guest = await tokenOf({ sub: 'guest:g1', app: 'app_1', jti: 'tok_g' })
  end('tok_g')
  const held = await call('POST', '/v1/events/theatre/holds', { token: guest, body: { seats: ['A-1'] } })
  expect((await problemIn(held)).code).toBe('invalid_token')
  const merged = await call('POST', '/v1/auth/guest/merge', { body: { guestToken: guest } })
  expect((await problemIn(merged)).code).toBe('invalid_token')
})

test('whom a server vouches for shows no token, and is good', async () => {
  const { redis, call } = openEdge()
  redis.mode = 'away'
  const vouched = { key: secretKey, token: null, headers: { [headers.externalUserId]: 'u1' } }
  expect((await call('POST', '/v1/auth/verify', vouched)).status).toBe(200)
  expect(redis.reads).toBe(0)
})
