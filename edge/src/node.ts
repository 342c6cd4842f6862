import type { Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import {
  type ClientDeadlines,
  clientDeadlines,
  edgeBudgetMs,
  inventoryCallMs,
  Problem,
  problemResponse,
  secureHeaders,
  systemPlatform,
  traceTargetOf,
  watchDoor,
} from '@holdfast/contract'
import { createInventory } from '@holdfast/inventory'
import { connectTcp, tcpRunner } from '@holdfast/inventory/tcp'
import { connectUpstash, upstashRunner } from '@holdfast/inventory/upstash'
import { getRequestListener } from '@hono/node-server'
import { consoleLog } from './adapters/console-log.ts'
import { coreFetch } from './adapters/core-fetch.ts'
import { createLimiter } from './adapters/limiter.ts'
import { limiterRedis } from './adapters/limiter-redis.ts'
import { type AddressFault, nodeClientAddress } from './adapters/node-client-address.ts'
import { createClientServer } from './adapters/node-client-server.ts'
import { serveFiles } from './adapters/node-files.ts'
import { createEdgeMetrics } from './adapters/node-metrics.ts'
import { otlpTracing } from './adapters/otlp-fetch.ts'
import { redisCache } from './adapters/redis-cache.ts'
import { turnstile } from './adapters/turnstile.ts'
import { connectUpstashAside, upstashCache } from './adapters/upstash.ts'
import { createEdgeApp, type EdgeDeps } from './app.ts'
import { EnvError, type NodeEnv, readNodeEnv, settingsOf } from './env.ts'
import type { Log } from './ports.ts'

type RedisParts = Pick<EdgeDeps, 'inventory' | 'limiter' | 'cache'> & { readonly close: () => void }

/** What people see in a browser, beside what the app makes. */
const filesFolder = fileURLToPath(new URL('../public', import.meta.url))

/** Longer than any answer takes: an inventory call with its second delivery, then core. */
const drainMsMax = 2 * inventoryCallMs + edgeBudgetMs

function overTcp(url: string, log: Log): RedisParts {
  // What a request can do without has a connection of its own, so that holds never queue behind it.
  const [main, aside] = [connectTcp(url), connectTcp(url)]
  for (const client of [main, aside]) {
    client.on('error', (error: Error) => log({ level: 'warn', event: 'redis_error', fault: error.name }))
  }
  return {
    inventory: createInventory(tcpRunner(main)),
    limiter: createLimiter(limiterRedis(aside)),
    cache: redisCache(aside),
    close: () => {
      for (const client of [main, aside]) client.disconnect()
    },
  }
}

function overRest(url: string, token: string): RedisParts {
  const aside = connectUpstashAside({ url, token }, systemPlatform)
  return {
    inventory: createInventory(upstashRunner(connectUpstash({ url, token }, systemPlatform))),
    limiter: createLimiter(aside),
    cache: upstashCache(aside),
    close: () => {},
  }
}

const loopback = ['127.0.0.1', '::1', 'localhost']

/**
 * How clients' addresses are found. That they are not is told once in the log, at start where it can be known, and counted:
 * whose limits count everybody as one looks like a sale that goes badly.
 */
function proxiesOf(
  { HOST, TRUSTED_PROXY_HEADER: header, TRUSTED_PROXY_HOPS: hops }: NodeEnv,
  count: (fault: AddressFault) => void,
  log: Log,
) {
  if (header === undefined && !loopback.includes(HOST))
    log({ level: 'warn', event: 'no_trusted_proxy', next: 'set TRUSTED_PROXY_HEADER if a proxy is in front' })
  const told = new Set<AddressFault>()
  const onFault = (fault: AddressFault) => {
    count(fault)
    if (told.has(fault)) return
    told.add(fault)
    log({
      level: 'warn',
      event: 'client_address',
      fault,
      next: 'check TRUSTED_PROXY_HEADER, TRUSTED_PROXY_HOPS',
    })
  }
  return { header, hops, onFault }
}

/** Starts the edge on Node: for self-hosting beside an ordinary Redis or Upstash, and for benchmarks. */
export function startEdge(
  env: NodeEnv,
  deadlines: ClientDeadlines = clientDeadlines,
): { readonly server: Server; readonly stop: () => Promise<void> } {
  const log = consoleLog(env.LOG_LEVEL, systemPlatform)
  const { close, ...parts } = env.REDIS_URL
    ? overTcp(env.REDIS_URL, log)
    : overRest(env.UPSTASH_REDIS_REST_URL ?? '', env.UPSTASH_REDIS_REST_TOKEN ?? '')
  const metrics = createEdgeMetrics()
  const told = env.METRICS_PORT === undefined ? null : metrics.serve(env.HOST, env.METRICS_PORT)
  const app = createEdgeApp({
    ...parts,
    inventory: metrics.counted(parts.inventory),
    platform: systemPlatform,
    core: coreFetch(env.CORE_URL),
    clientAddress: nodeClientAddress(proxiesOf(env, metrics.addressFault, log)),
    challenge:
      env.TURNSTILE_SECRET === undefined ? undefined : turnstile(env.TURNSTILE_SECRET, systemPlatform),
    log,
    tracing: otlpTracing(traceTargetOf(env), systemPlatform),
    settings: settingsOf(env, true),
  })
  serveFiles(app, filesFolder)
  const listener = getRequestListener(app.fetch, {
    // What is no HTTP request that a URL can be made of never reaches the app.
    errorHandler: () => problemResponse(new Problem('invalid_request')),
  })
  const server = createClientServer((incoming, outgoing) => {
    // Whoever sends clients here sends them elsewhere while they are still answered.
    if (door.isLeaving() && incoming.url === '/readyz')
      return outgoing.writeHead(503, { ...secureHeaders }).end()
    return listener(incoming, outgoing)
  }, deadlines)
  const door = watchDoor(server, systemPlatform, drainMsMax)
  server.listen(env.PORT, env.HOST, () => log({ event: 'listening', address: server.address() }))
  const stop = async () => {
    await door.close()
    told?.close()
    close()
  }
  return { server, stop }
}

if (import.meta.main) {
  try {
    const { stop } = startEdge(readNodeEnv(process.env))
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => stop().then(() => process.exit(0)))
    }
  } catch (error) {
    if (!(error instanceof EnvError)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
