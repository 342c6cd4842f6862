import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { Env, readEnv } from './env.ts'

const secret = () => randomBytes(32).toString('base64url')
const good = {
  STORE_URL: 'sqlite::memory:',
  REDIS_URL: 'redis://127.0.0.1:6390',
  EDGE_ASSERTION_KEYS: `k1:${secret()},k2:${secret()}`,
  USER_TOKEN_SECRET: secret(),
  ADMIN_TOKEN_SECRET: secret(),
  RECEIPT_KEY: JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
  ADMIN_EMAIL: 'Admin@Example.com',
  ADMIN_PASSWORD_HASH: `$2b$10$${'a'.repeat(53)}`,
}

test('good settings are read, simulated payments stay off and a rebuild waits a commit budget', () => {
  expect(readEnv(good)).toMatchObject({
    ADMIN_EMAIL: 'admin@example.com',
    ALLOW_SIMULATED_PAYMENTS: false,
    REBUILD_WAIT_MS: 8_000,
    PORT: 8788,
  })
})

test.each([
  'sqlite:/data/holdfast.db',
  'mongodb://a,b/shop?replicaSet=rs0',
  'mongodb+srv://u:p@c.mongodb.net',
])('the store may be at %s', (STORE_URL) => {
  expect(readEnv({ ...good, STORE_URL }).STORE_URL).toBe(STORE_URL)
})

test('everything that is wrong is told at once, by name and without the value', () => {
  const wrong = {
    ...good,
    USER_TOKEN_SECRET: 'short-secret',
    STORE_URL: 'postgres://x',
    RECEIPT_KEY: '{}',
    ADMIN_EMAIL: 'x',
  }
  let message = ''
  try {
    readEnv(wrong)
  } catch (error) {
    message = error instanceof Error ? error.message : ''
  }
  for (const name of ['USER_TOKEN_SECRET', 'STORE_URL', 'RECEIPT_KEY', 'ADMIN_EMAIL'])
    expect(message).toContain(name)
  expect(message).not.toContain('short-secret')
})

test.each([
  ['a repeated pattern', 'abcabcabcabcabcabcabcabcabcabcabcabcabc'],
  ['zeros', '0'.repeat(64)],
  ['too few bytes', 'a8Fh2kLq9Zx1'],
  ['a long sample', 'my-Very-long-jwt-Secret-for-production-1234567890'],
])('a secret that is %s is refused', (_, weak) => {
  expect(() => readEnv({ ...good, USER_TOKEN_SECRET: weak })).toThrow('USER_TOKEN_SECRET')
})

test.each([
  ['a store of the wrong kind', { STORE_URL: 'mongo://x' }],
  ['a SQLite file that ends with its container', { REFUSE_SQLITE: '1' }],
  ['no Redis', { REDIS_URL: undefined }],
  ['a Redis of the wrong kind', { REDIS_URL: 'http://x' }],
  ['an edge key without a kid', { EDGE_ASSERTION_KEYS: secret() }],
  ['a plain admin password', { ADMIN_PASSWORD_HASH: 'password' }],
  ['an RSA receipt key', { RECEIPT_KEY: JSON.stringify({ kty: 'RSA', d: 'x' }) }],
])('%s is refused', (_, change) => {
  expect(() => readEnv({ ...good, ...change })).toThrow()
})

test('keys that signed receipts before are read without what is private of them, and nothing else is', () => {
  const old = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const read = readEnv({ ...good, RECEIPT_KEYS_OLD: JSON.stringify([old]) }).RECEIPT_KEYS_OLD
  expect(read).toEqual([{ kty: 'OKP', crv: 'Ed25519', x: old.x }])
  expect(readEnv(good).RECEIPT_KEYS_OLD).toEqual([])
  for (const wrong of ['{}', '[{"kty":"RSA"}]', 'x']) {
    expect(() => readEnv({ ...good, RECEIPT_KEYS_OLD: wrong })).toThrow('RECEIPT_KEYS_OLD')
  }
})

test.each(['ALLOW_SIMULATED_PAYMENTS', 'ALLOW_LOCAL_WEBHOOKS', 'ALLOW_MAIL_IN_LOG'] as const)(
  'live keys of a payment provider are refused beside %s',
  (name) => {
    const key = () => randomBytes(24).toString('hex')
    const account = {
      secretKey: `sk_live_${key()}`,
      publishableKey: `pk_live_${key()}`,
      webhookSecret: `whsec_${key()}`,
    }
    const settings = { ...good, STRIPE_ACCOUNTS: JSON.stringify({ default: account }) }
    expect(readEnv(settings).STRIPE_ACCOUNTS).toHaveProperty('default.isLive', true)
    expect(readEnv({ ...good, [name]: '1' })[name]).toBe(true)
    expect(readEnv(good)[name]).toBe(false)
    expect(() => readEnv({ ...settings, [name]: '1' })).toThrow(name)
  },
)

test('a wrong account is told by its variable and its name', () => {
  const accounts = { STRIPE_ACCOUNTS: '{"berlin":{}}', RAZORPAY_ACCOUNTS: '[]' }
  for (const told of ['STRIPE_ACCOUNTS.berlin.secretKey: ', 'RAZORPAY_ACCOUNTS: ']) {
    expect(() => readEnv({ ...good, ...accounts })).toThrow(told)
  }
})

test('the environment of the version before is one of this version: a setting that came since has a default', () => {
  const needed = Object.entries(Env.shape).filter(([, setting]) => !setting.safeParse(undefined).success)
  // Which Redis it is, is said in one of two ways.
  expect(needed.map(([name]) => name)).toEqual(Object.keys(good).filter((name) => name !== 'REDIS_URL'))
})
