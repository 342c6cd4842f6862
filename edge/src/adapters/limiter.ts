import { bucketsPerIsolateMax, limiterCallMs } from '@holdfast/contract'
import { Ratelimit, type RatelimitConfig } from '@upstash/ratelimit'
import * as z from 'zod'
import type { Limiter } from '../ports.ts'
import { limiterPrefix } from '../shared-keys.ts'

/** Keys over their limit, until when: at module level, as only what outlives a request can save one. */
const blocked = new Map<string, number>()

/** Limits come from the settings of apps; more different ones than this are not kept. */
const shapesMax = 1_000

/** The Redis that @upstash/ratelimit works on. */
export type LimiterRedis = RatelimitConfig['redis']

const Count = z.union([z.int(), z.string().regex(/^-?\d{1,15}$/)])
/** What the library's scripts answer: what is left, and of what. */
const Reply = z.tuple([Count, Count])

/**
 * The same Redis without answers that are none: the library would take one for a refusal, and remember that.
 *
 * @throws as the Redis does, or when its answer makes no sense.
 */
const readable = (redis: LimiterRedis): LimiterRedis =>
  new Proxy(redis, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name)
      if ((name !== 'eval' && name !== 'evalsha') || typeof value !== 'function') return value
      return async (...args: unknown[]) => Reply.parse(await Reflect.apply(value, of, args))
    },
  })

const createRatelimit = (redis: LimiterRedis, limit: number, windowMs: number): Ratelimit =>
  new Ratelimit({
    redis,
    limiter: Ratelimit.slidingWindow(limit, `${windowMs} ms`),
    prefix: limiterPrefix,
    // By default it waits 5 s.
    timeout: limiterCallMs,
    ephemeralCache: blocked,
    analytics: false,
    enableProtection: false,
    dynamicLimits: false,
    enableTelemetry: false,
  })

/** Sliding windows in Redis, by @upstash/ratelimit. */
export function createLimiter(client: LimiterRedis): Limiter {
  const redis = readable(client)
  const shapes = new Map<string, Ratelimit>()

  const shapeOf = (limit: number, windowMs: number): Ratelimit => {
    const name = `${limit}/${windowMs}`
    const known = shapes.get(name)
    if (known) return known
    if (shapes.size >= shapesMax) shapes.clear()
    const made = createRatelimit(redis, limit, windowMs)
    shapes.set(name, made)
    return made
  }

  return async ({ key, limit, windowMs, cost = 1 }) => {
    // The library forgets a blocked key only when that key is used again.
    if (blocked.size >= bucketsPerIsolateMax) blocked.clear()
    // In braces, so that the two windows a script touches are on one node of a cluster.
    const result = await shapeOf(limit, windowMs).limit(`{${key}}`, { rate: cost })
    // A limiter that does not answer says yes by itself; what that means is for the caller to decide.
    if (result.reason === 'timeout') throw new Error('the limiter did not answer')
    const { success, limit: of, remaining, reset: resetMs, pending } = result
    // What costs nothing always succeeds.
    const allowed = cost === 0 ? remaining > 0 : success
    return { allowed, limit: of, remaining, resetMs, pending }
  }
}
