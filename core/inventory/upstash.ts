import { inventoryCallMs, type Platform } from '@holdfast/contract'
import { Redis } from '@upstash/redis'
import { listeningDeadline } from './deadline.ts'
import { scripts, upstashHeader } from './generated/scripts.ts'
import type { ScriptRunner } from './inventory.ts'
import { InventoryFault } from './port.ts'

/** Where an Upstash database answers, over HTTPS. */
export interface UpstashAddress {
  readonly url: string
  readonly token: string
}

/** A client for scripts. Stateless: one for each isolate, used by any number of requests at once. */
export function connectUpstash({ url, token }: UpstashAddress, platform: Platform): Redis {
  return new Redis({
    url,
    token,
    // Replies are text that this package parses; by default "12" would come back as a number.
    automaticDeserialization: false,
    // By default calls made together share one request, and one deadline.
    enableAutoPipelining: false,
    // By default 5 more deliveries, with growing pauses: longer than a buyer waits.
    retry: { retries: 1, backoff: () => 50 },
    // As a function: a fixed signal would turn an abort into a successful reply.
    signal: () => listeningDeadline(platform, inventoryCallMs),
    readYourWrites: true,
    enableTelemetry: false,
    latencyLogging: false,
  })
}

/** Runs the scripts over Upstash's REST API. */
export function upstashRunner(client: Pick<Redis, 'eval' | 'evalsha'>): ScriptRunner {
  return {
    async run(name, keys, args) {
      const { source, upstashSha1 } = scripts[name]
      const [k, a] = [[...keys], [...args]]
      try {
        return await client.evalsha(upstashSha1, k, a).catch((error: unknown) => {
          if (!isNoScript(error)) throw error
          return client.eval(upstashHeader + source, k, a)
        })
      } catch {
        throw new InventoryFault(name)
      }
    },
  }
}

const isNoScript = (error: unknown): boolean => error instanceof Error && error.message.includes('NOSCRIPT')
