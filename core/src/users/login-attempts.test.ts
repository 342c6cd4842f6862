import { freeLoginFailuresPerAccount, freeLoginFailuresPerAddress, systemPlatform } from '@holdfast/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqliteStore } from '../store/sqlite.ts'
import { everyApp, poolScope, type Store, systemScope } from '../store/store.ts'
import { type Attempt, countAttempt, forgetAttempts } from './login-attempts.ts'

let store: Store
let nowMs: number
beforeEach(() => {
  store = openSqliteStore({ path: ':memory:' })
  nowMs = Date.UTC(2026, 10, 23)
})
afterEach(() => store.close())

const ada: Attempt = { scope: poolScope, email: 'ada@example.org', address: '192.0.2.1' }
const ctx = () => ({ store, platform: { ...systemPlatform, now: () => nowMs } })
/** The seconds that an attempt must wait, or 0 when it was let in. */
const attempt = (changes: Partial<Attempt> = {}): Promise<number> =>
  countAttempt(ctx(), { ...ada, ...changes }).then(
    () => 0,
    (error: { code: string; retryAfterSeconds: number }) => {
      expect(error.code).toBe('rate_limited')
      return error.retryAfterSeconds
    },
  )
const attempts = async (count: number, changes: Partial<Attempt> = {}) => {
  for (let i = 0; i < count; i++) expect(await attempt(changes)).toBe(0)
}

test('a few failures cost no time, and each further one doubles it up to a minute', async () => {
  await attempts(freeLoginFailuresPerAddress)
  const waits: number[] = []
  for (let i = 0; i < 9; i++) {
    expect(await attempt()).toBe(0)
    waits.push(await attempt())
    nowMs += (waits.at(-1) ?? 0) * 1_000
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
})

test('who waits is not counted, so an owner who is patient gets in', async () => {
  await attempts(freeLoginFailuresPerAddress + 1)
  for (let i = 0; i < 5; i++) expect(await attempt()).toBe(1)
  nowMs += 1_000
  expect(await attempt()).toBe(0)
})

test('another account, another address and the admin are counted by themselves', async () => {
  await attempts(freeLoginFailuresPerAddress + 1)
  expect(await attempt()).toBe(1)
  expect(await attempt({ email: 'bob@example.org' })).toBe(0)
  expect(await attempt({ address: '192.0.2.2' })).toBe(0)
  expect(await attempt({ scope: systemScope })).toBe(0)
})

test('an account that is guessed at from everywhere is slowed down everywhere', async () => {
  for (let i = 0; i <= freeLoginFailuresPerAccount; i++) {
    expect(await attempt({ address: `198.51.100.${i}` })).toBe(0)
  }
  expect(await attempt({ address: '203.0.113.1' })).toBe(1)
})

test('many at once are no more than one after the other', async () => {
  const waits = await Promise.all(Array.from({ length: 40 }, () => attempt()))
  expect(waits.filter((wait) => wait === 0)).toHaveLength(freeLoginFailuresPerAddress + 1)
})

test('a right password forgets them, and so does an hour', async () => {
  await attempts(freeLoginFailuresPerAddress + 1)
  await forgetAttempts(ctx(), ada)
  await attempts(freeLoginFailuresPerAddress + 1)
  nowMs += 3_600_000
  await attempts(freeLoginFailuresPerAddress + 1)
  nowMs += 3_600_000
  await store.purgeExpired(new Date(nowMs))
  expect(await store.count(everyApp, 'attempts', {})).toBe(0)
})

test('nothing of what was typed is kept', async () => {
  await attempt({ email: 'correct horse' })
  const kept = await store.find(everyApp, 'attempts', {}, { limit: 9 })
  expect(kept).toHaveLength(2)
  expect(JSON.stringify(kept)).not.toContain('horse')
})
