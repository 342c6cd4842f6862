import { Problem, problemResponse, systemPlatform, traceTargetOf } from '@holdfast/contract'
import { createInventory } from '@holdfast/inventory'
import { connectUpstash, upstashRunner } from '@holdfast/inventory/upstash'
import type { ExecutionContext } from 'hono'
import { cloudflareColo } from './adapters/cloudflare-colo.ts'
import { cloudflareFlood } from './adapters/cloudflare-flood.ts'
import { cloudflareScore } from './adapters/cloudflare-score.ts'
import { consoleLog } from './adapters/console-log.ts'
import { coreFetch } from './adapters/core-fetch.ts'
import { createLimiter } from './adapters/limiter.ts'
import { otlpTracing } from './adapters/otlp-fetch.ts'
import { turnstile } from './adapters/turnstile.ts'
import { connectUpstashAside, upstashCache } from './adapters/upstash.ts'
import { createEdgeApp, type EdgeApp } from './app.ts'
import { EnvError, readWorkerEnv, settingsOf } from './env.ts'

/** One app an isolate, so that its caches outlive a request. */
let app: EdgeApp | undefined

function wire(bindings: object): EdgeApp {
  const env = readWorkerEnv(bindings)
  const address = { url: env.UPSTASH_REDIS_REST_URL, token: env.UPSTASH_REDIS_REST_TOKEN }
  const aside = connectUpstashAside(address, systemPlatform)
  return createEdgeApp({
    platform: systemPlatform,
    inventory: createInventory(upstashRunner(connectUpstash(address, systemPlatform))),
    core: coreFetch(env.CORE_URL),
    flood: cloudflareFlood({ client: env.CLIENT_FLOOD, server: env.SERVER_FLOOD }),
    limiter: createLimiter(aside),
    cache: upstashCache(aside),
    clientAddress: (c) => c.req.header('cf-connecting-ip') ?? '',
    cloudflareScore,
    challenge:
      env.TURNSTILE_SECRET === undefined ? undefined : turnstile(env.TURNSTILE_SECRET, systemPlatform),
    colo: cloudflareColo,
    log: consoleLog(env.LOG_LEVEL, systemPlatform),
    tracing: otlpTracing(traceTargetOf(env), systemPlatform),
    settings: settingsOf(env, false),
  })
}

/** The edge on Cloudflare Workers. */
export default {
  async fetch(request: Request, bindings: object, context: ExecutionContext): Promise<Response> {
    try {
      app ??= wire(bindings)
    } catch (error) {
      // Only names of variables are in this message; the caller learns nothing of them.
      const reason = error instanceof EnvError ? error.message : 'unforeseen'
      consoleLog('error', systemPlatform)({ level: 'error', event: 'start_refused', reason })
      return problemResponse(new Problem('internal_error'))
    }
    return app.fetch(request, bindings, context)
  },
}
