import { systemPlatform } from '@holdfast/contract'
import { beforeEach, expect, test } from 'vitest'
import { sealedCache } from './sealed-cache.ts'

const secret = () => crypto.getRandomValues(new Uint8Array(32))
const [ours, theirs] = [secret(), secret()]
const ttlMs = 40_000
let nowMs = 0
const platform = { now: () => nowMs, hmacSha256: systemPlatform.hmacSha256 }
const entries = new Map<string, string>()
const shared = {
  get: async (key: string) => entries.get(key) ?? null,
  set: async (key: string, value: string) => void entries.set(key, value),
}
const cache = sealedCache(shared, ours, platform)

beforeEach(() => {
  nowMs = 1_000
  entries.clear()
})

test('a value comes back as it was, also one that looks sealed', async () => {
  for (const value of ['{"verdict":null}', '', '1.2.3', 'a\nb']) {
    await cache.set('key', value, ttlMs)
    expect(await cache.get('key')).toBe(value)
  }
  expect(await cache.get('other')).toBeNull()
})

test('a value is a miss that nobody sealed, that another secret sealed, or that was changed', async () => {
  await cache.set('key', '{"verdict":null}', ttlMs)
  const kept = entries.get('key') ?? ''
  await sealedCache(shared, theirs, platform).set('foreign', '{"verdict":1}', ttlMs)
  const forged = [
    '{"verdict":1}',
    kept.replace('null', 'true'),
    kept.replace(/^\d/, '9'),
    entries.get('foreign') ?? '',
  ]
  for (const text of forged) {
    entries.set('key', text)
    expect(await cache.get('key'), text).toBeNull()
  }
})

test('a value counts under its own name, and no longer than it was meant to', async () => {
  await cache.set('key', 'value', ttlMs)
  entries.set('other', entries.get('key') ?? '')
  expect(await cache.get('other')).toBeNull()
  nowMs += ttlMs - 1
  expect(await cache.get('key')).toBe('value')
  nowMs += 1
  expect(await cache.get('key')).toBeNull()
})
