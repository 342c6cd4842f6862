import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { adminsOf } from './administration/settings.ts'
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
  ['a second factor that is no base32', { ADMIN_TOTP_SECRET: 'me@example.com' }],
  ['a second factor of few bytes', { ADMIN_TOTP_SECRET: 'JBSWY3DPEHPK3PXP' }],
  ['a second factor that is a pattern', { ADMIN_TOTP_SECRET: 'ABCD'.repeat(8) }],
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

const hash = (letter: string, cost = '10') => `$2b$${cost}$${letter.repeat(53)}`
const ann = { name: 'Ann', email: 'Ann@Example.com', passwordHash: hash('b'), role: 'support' }
const bob = { name: 'bob', email: 'bob@example.com', passwordHash: hash('c'), role: 'viewer' }
const totpSecret = 'JBSWY3DPEHPK3PXPMFRGGZDFMZTWQ2LK'

test('the first admin is an operator, and beside them are those of ADMINS', () => {
  const settings = {
    ...good,
    ADMIN_TOTP_SECRET: totpSecret,
    ADMINS: JSON.stringify([ann, { ...bob, totpSecret }]),
  }
  expect(adminsOf(readEnv(settings))).toEqual([
    {
      ...{ name: 'admin@example.com', email: 'admin@example.com', role: 'operator', totpSecret },
      passwordHash: good.ADMIN_PASSWORD_HASH,
    },
    { ...ann, name: 'ann', email: 'ann@example.com' },
    { ...bob, totpSecret },
  ])
  expect(adminsOf(readEnv({ ...good, ADMIN_USERNAME: 'Root' })).map(({ name }) => name)).toEqual(['root'])
})

test.each<[what: string, admins: unknown, told: string]>([
  ['no JSON', 'ann', 'ADMINS: '],
  ['no array', ann, 'ADMINS: '],
  ['a role that is none', [{ ...ann, role: 'owner' }], 'ADMINS.0.role: '],
  [
    'a plain password',
    [{ ...ann, passwordHash: 'open sesame' }],
    'ADMINS.0.passwordHash: must be a bcrypt hash',
  ],
  [
    'a hash of low cost',
    [ann, { ...bob, passwordHash: hash('c', '09') }],
    'ADMINS.1.passwordHash: must have a cost',
  ],
  [
    'a hash of another cost',
    [{ ...ann, passwordHash: hash('b', '12') }],
    'ADMINS: must have hashes of the cost',
  ],
  ['a member that is not known', [{ ...ann, roles: [] }], 'ADMINS.0: '],
  ['a weak second factor', [{ ...ann, totpSecret: 'AAAA' }], 'ADMINS.0.totpSecret: '],
  ['two of one name', [ann, { ...bob, name: 'ANN' }], 'ADMINS: must have names and addresses of their own'],
  ['two of one address', [ann, { ...bob, email: ann.email }], 'ADMINS: must have names'],
  ['the address of the first', [{ ...ann, email: good.ADMIN_EMAIL }], 'ADMINS: must have names'],
])('admins are refused with %s, and no hash is told', (_, admins, told) => {
  const ADMINS = typeof admins === 'string' ? admins : JSON.stringify(admins)
  let message = ''
  try {
    readEnv({ ...good, ADMINS })
  } catch (error) {
    message = error instanceof Error ? error.message : ''
  }
  expect(message).toContain(told)
  expect(message).not.toMatch(/b{20}|c{20}|open sesame/)
})

test('a name of the first admin that is an address of another is refused', () => {
  const settings = { ...good, ADMIN_USERNAME: 'ann@example.com', ADMINS: JSON.stringify([ann]) }
  expect(() => readEnv(settings)).toThrow('ADMINS: must have names')
})

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
