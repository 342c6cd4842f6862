import { limiterCallMs, type Platform } from '@holdfast/contract'
import type { UpstashAddress } from '@holdfast/inventory/upstash'
import { Redis } from '@upstash/redis'
import type { SharedCache } from '../ports.ts'

/** A client for what a request can do without: it waits little and tries once. */
export function connectUpstashAside({ url, token }: UpstashAddress, platform: Platform): Redis {
  return new Redis({
    url,
    token,
    // Cached text is parsed by its reader; the limiter's numbers are numbers either way.
    automaticDeserialization: false,
    enableAutoPipelining: false,
    // Not `false`, which stands for one retry.
    retry: { retries: 0 },
    // As a function: a fixed signal would turn an abort into a successful reply.
    signal: () => platform.deadline(limiterCallMs),
    readYourWrites: false,
    enableTelemetry: false,
    latencyLogging: false,
  })
}

/** The shared cache on Upstash. */
export const upstashCache = (client: Redis): SharedCache => ({
  get: (key) => client.get<string>(key),
  async set(key, value, ttlMs) {
    await client.set(key, value, { px: ttlMs })
  },
})
