import type { Redis } from 'ioredis'
import type { SharedCache } from '../ports.ts'

/** The shared cache on an ordinary Redis or Valkey. */
export const redisCache = (client: Pick<Redis, 'get' | 'set'>): SharedCache => ({
  get: (key) => client.get(key),
  async set(key, value, ttlMs) {
    await client.set(key, value, 'PX', ttlMs)
  },
})
