/*
 * The attacker tries the passwords that samples have, or guesses at a stolen hash that costs nothing to try; or has one secret of
 * an installation, by which they can make what another should have protected.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { hashSync } from 'bcryptjs'
import { describe, expect, test } from 'vitest'
import { readEnv } from '../../../core/src/env.ts'
import { readNodeEnv } from '../../../edge/src/env.ts'
import { runProgram } from '../../support/holdfast.ts'

const secret = () => randomBytes(32).toString('base64url')
const edgeKey = secret()
const core = {
  STORE_URL: 'sqlite::memory:',
  REDIS_URL: 'redis://127.0.0.1:1',
  EDGE_ASSERTION_KEYS: `k1:${secret()},k2:${edgeKey}`,
  USER_TOKEN_SECRET: secret(),
  ADMIN_TOKEN_SECRET: secret(),
  RECEIPT_KEY: JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
  ADMIN_EMAIL: 'admin@example.com',
  ADMIN_PASSWORD_HASH: hashSync(secret(), 10),
}
const edge = {
  CORE_URL: 'http://127.0.0.1:1',
  REDIS_URL: core.REDIS_URL,
  EDGE_ASSERTION_KEYS: core.EDGE_ASSERTION_KEYS,
  USER_TOKEN_SECRET: core.USER_TOKEN_SECRET,
  ADMIN_TOKEN_SECRET: core.ADMIN_TOKEN_SECRET,
  HOLD_KEY_SECRET: secret(),
}

test('secrets that are all different are taken, the old one of a kind beside it', () => {
  expect(() => readEnv(core)).not.toThrow()
  expect(() => readNodeEnv({ ...edge, USER_TOKEN_SECRET_OLD: secret() })).not.toThrow()
  expect(() => readNodeEnv({ ...edge, ADMIN_TOKEN_SECRET_OLD: edge.ADMIN_TOKEN_SECRET })).not.toThrow()
})

describe('one secret for two purposes is refused', () => {
  test.each([
    ['users’ and admins’ tokens', { ADMIN_TOKEN_SECRET: core.USER_TOKEN_SECRET }],
    ['users’ tokens and the edge', { USER_TOKEN_SECRET: edgeKey }],
    ['admins’ tokens and the edge', { ADMIN_TOKEN_SECRET: edgeKey }],
    [
      'admins’ tokens and the edge, as base64',
      { ADMIN_TOKEN_SECRET: `${edgeKey.replaceAll('-', '+').replaceAll('_', '/')}=` },
    ],
  ])('by core and the edge: %s', (_, change) => {
    for (const read of [() => readEnv({ ...core, ...change }), () => readNodeEnv({ ...edge, ...change })])
      expect(read).toThrow('must be another secret')
  })

  test.each([
    ['holds and users’ tokens', { HOLD_KEY_SECRET: edge.USER_TOKEN_SECRET }],
    ['holds and admins’ tokens', { HOLD_KEY_SECRET: edge.ADMIN_TOKEN_SECRET }],
    ['holds and the edge', { HOLD_KEY_SECRET: edgeKey }],
    ['users’ tokens and the old ones of admins', { ADMIN_TOKEN_SECRET_OLD: edge.USER_TOKEN_SECRET }],
  ])('by the edge: %s', (_, change) => {
    expect(() => readNodeEnv({ ...edge, ...change })).toThrow('HOLD_KEY_SECRET: must be another secret')
  })
})

describe('a password that can be guessed is refused', () => {
  test('by the cost of its hash', () => {
    const weak = { ...core, ADMIN_PASSWORD_HASH: hashSync(secret(), 4) }
    expect(() => readEnv(weak)).toThrow('ADMIN_PASSWORD_HASH: must have a cost from 10')
  })

  test('because everybody tries it first: core does not start', async () => {
    // Of a store that is not there, so that no core goes on that should not have begun.
    const env = {
      ...core,
      STORE_URL: 'sqlite:/nowhere/store.db',
      ADMIN_PASSWORD_HASH: hashSync('changeme', 10),
    }
    const { code, complained } = await runProgram([process.execPath, 'core/src/server.ts'], env)
    expect(code).toBe(1)
    expect(complained).toContain('admin@example.com: everybody tries it first')
  })
})
