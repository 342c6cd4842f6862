import type { Redis } from 'ioredis'
import RedisMock from 'ioredis-mock'
import { describe, expect, test } from 'vitest'
import { createLimiter } from './limiter.ts'
import { limiterRedis } from './limiter-redis.ts'

/** The embedded engine, and how often it was asked to run a script. */
function counted() {
  const client: Redis = new RedisMock()
  let runs = 0
  const redis = limiterRedis({
    get: client.get.bind(client),
    set: client.set.bind(client),
    evalsha: () => Promise.reject(new Error('NOSCRIPT No matching script')),
    eval: ((...args: Parameters<Redis['eval']>) => {
      runs += 1
      return client.eval(...args)
    }) as Redis['eval'],
  })
  return { limiter: createLimiter(redis), runs: () => runs }
}

describe('the limiter on an ordinary Redis', () => {
  test('counts down, refuses, and spares Redis who is refused already', async () => {
    const { limiter, runs } = counted()
    // A minute may turn within the test, never two.
    const rule = { key: `test:${Math.random()}`, limit: 3, windowMs: 60_000 }
    const states = []
    for (let i = 0; i < 5; i++) states.push(await limiter(rule))
    expect(states.map(({ allowed }) => allowed)).toEqual([true, true, true, false, false])
    expect(states.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0, 0])
    expect(states.every(({ limit, resetMs }) => limit === 3 && resetMs > 0)).toBe(true)
    expect(runs()).toBe(4)
  })

  test('what costs nothing is answered as the next would be, and leaves the count as it is', async () => {
    const { limiter } = counted()
    const rule = { key: `test:${Math.random()}`, limit: 2, windowMs: 60_000 }
    const free = { ...rule, cost: 0 } as const
    const asked = [free, rule, free, rule, free, free]
    const states = []
    for (const one of asked) states.push(await limiter(one))
    expect(states.map(({ allowed }) => allowed)).toEqual([true, true, true, true, false, false])
    expect(states.map(({ remaining }) => remaining)).toEqual([2, 1, 1, 0, 0, 0])
  })

  test('a Redis that fails is an error, for the caller to judge', async () => {
    const fails = () => Promise.reject(new Error('connection lost'))
    const redis = limiterRedis({ get: fails, set: fails, evalsha: fails, eval: fails })
    await expect(createLimiter(redis)({ key: 'b', limit: 3, windowMs: 1_000 })).rejects.toThrow()
  })
})
