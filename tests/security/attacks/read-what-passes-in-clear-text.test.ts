/*
 * The attacker stands between two parts of an installation that were joined over the internet by an address without TLS: the
 * tokens of Redis, the edge's signed words, buyers' names and the key of the collector passed there to be read.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readEnv } from '../../../core/src/env.ts'
import { readNodeEnv, readWorkerEnv } from '../../../edge/src/env.ts'

const secret = () => randomBytes(32).toString('base64url')
const shared = {
  EDGE_ASSERTION_KEYS: `k1:${secret()}`,
  USER_TOKEN_SECRET: secret(),
  ADMIN_TOKEN_SECRET: secret(),
  HOLD_KEY_SECRET: secret(),
  UPSTASH_REDIS_REST_URL: 'https://redis.example',
  UPSTASH_REDIS_REST_TOKEN: 'token',
}
const edge = { ...shared, CORE_URL: 'https://core.example' }
const core = {
  ...shared,
  STORE_URL: 'sqlite::memory:',
  RECEIPT_KEY: JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
  ADMIN_EMAIL: 'admin@example.com',
  ADMIN_PASSWORD_HASH: `$2b$10$${'a'.repeat(53)}`,
}

const programs = [
  { program: 'core', read: readEnv, good: core },
  { program: 'the edge on Node', read: readNodeEnv, good: edge },
  { program: 'the edge on Workers', read: readWorkerEnv, good: edge },
]
const complaintOf = (read: (source: Record<string, string>) => unknown, source: Record<string, string>) => {
  try {
    read(source)
  } catch (error) {
    return String(error)
  }
  return ''
}
const collector = 'OTEL_EXPORTER_OTLP_ENDPOINT'
const told = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20word' }
const what = /: .*would be read on its way: use \S+.*an address of your own network/

describe.each(programs)('$program', ({ program, read, good }) => {
  const isCore = program === 'core'
  const isWorker = program === 'the edge on Workers'
  const open: Record<string, string>[] = [
    { UPSTASH_REDIS_REST_URL: 'http://redis.example' },
    { [collector]: 'http://otlp.example:4318', ...told },
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://otlp.example/v1/traces', ...told },
    ...(isCore ? [] : [{ CORE_URL: 'http://core.example' }, { CORE_URL: 'http://134744072' }]),
    ...(isCore ? [{ STORE_URL: 'mongodb://ada:secret@db.example/shop' }] : []),
    ...(isWorker ? [] : [{ REDIS_URL: 'redis://:secret@redis.example:6379' }]),
  ]
  test.each(open)('does not start with %o, and says what to do', (settings) => {
    const complaint = complaintOf(read, { ...good, ...settings })
    expect(complaint).toContain(Object.keys(settings)[0])
    expect(complaint).toMatch(what)
    expect(complaint).not.toMatch(/\.example|secret|word/)
  })

  const kept: Record<string, string>[] = [
    { UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:8079' },
    { [collector]: 'http://otlp.example:4318' },
    { [collector]: 'https://otlp.example', ...told },
    { [collector]: 'http://otel-collector.monitoring.svc:4318', ...told },
    ...(isCore ? [] : [{ CORE_URL: 'http://shop-holdfast-core:8788' }]),
    ...(isCore ? [{ STORE_URL: 'mongodb://ada:secret@db.example/shop?tls=true' }] : []),
    ...(isWorker ? [] : [{ REDIS_URL: 'redis://redis:6379' }, { REDIS_URL: 'rediss://redis.example' }]),
  ]
  test.each(kept)('starts with %o', (settings) => {
    expect(complaintOf(read, { ...good, ...settings })).toBe('')
  })
})
