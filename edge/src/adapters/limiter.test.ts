import { expect, test } from 'vitest'
import { createLimiter, type LimiterRedis } from './limiter.ts'

const answering = (...replies: unknown[]) => {
  const evalsha = async () => replies.shift()
  return createLimiter({ evalsha, eval: evalsha } as unknown as LimiterRedis)
}

test.each([
  ['nothing', null],
  ['a page of something in between', '<html>'],
  ['words', ['ERR', 'failed']],
  ['one number', [3]],
  ['an object', { remaining: 3 }],
])('an answer of %s counts for none, and refuses nobody afterwards', async (name, garbage) => {
  const take = answering(garbage, [4, 5])
  const rule = { key: `garbage:${name}`, limit: 5, windowMs: 60_000 }
  await expect(take(rule)).rejects.toThrow()
  expect(await take(rule)).toMatchObject({ allowed: true, limit: 5, remaining: 4 })
})
