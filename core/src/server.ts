/** The entry of core on Node: reads the environment, builds the adapters, serves, and ends cleanly. */
import { hostname } from 'node:os'
import { dayMs, drainMsMax, systemPlatform, traceTargetOf, watchDoor } from '@holdfast/contract'
import { createInventory, type ScriptRunner } from '@holdfast/inventory'
import { connectTcp, tcpRunner } from '@holdfast/inventory/tcp'
import { connectUpstash, upstashRunner } from '@holdfast/inventory/upstash'
import { getRequestListener } from '@hono/node-server'
import { assertNoSamples } from './administration/sample-passwords.ts'
import { adminsOf } from './administration/settings.ts'
import { createCoreApp } from './app.ts'
import { createReceipts } from './bookings/receipts.ts'
import type { Core, Log } from './context.ts'
import { type Env, readEnv } from './env.ts'
import { createClientServer } from './http/client-server.ts'
import { watchEventLoop } from './http/event-loop.ts'
import type { Identities } from './identities.ts'
import { findProviderOf } from './payments/accounts.ts'
import { startRepair } from './reconcile/loop.ts'
import { openStore } from './store/open.ts'
import { assertWhole } from './store/transfer/import-store.ts'
import { jsonLog } from './telemetry/json-log.ts'
import { createMetrics } from './telemetry/metrics.ts'
import { type Observe, observedByAll } from './telemetry/observe.ts'
import { observedProviders } from './telemetry/observed-providers.ts'
import { observedRunner } from './telemetry/observed-runner.ts'
import { observedStore } from './telemetry/observed-store.ts'
import { serveMetrics } from './telemetry/serve-metrics.ts'
import type { Tracing } from './telemetry/tracing.ts'
import { logMailer } from './users/log-mailer.ts'
import { adminHashing, createPasswordHasher, keyHashing, loginHashing } from './users/passwords.ts'
import { openRefusedPasswords } from './users/refused-passwords.ts'
import { smtpMailer } from './users/smtp-mailer.ts'
import { createTokenIssuer } from './users/tokens.ts'
import { startDelivering } from './webhooks/deliver.ts'
import { postTo } from './webhooks/post-to.ts'
import { createResolve } from './webhooks/resolve-name.ts'
import { createSender } from './webhooks/sender.ts'

const platform = systemPlatform
const metrics = createMetrics(platform)

/** The inventory on the Redis that is configured: an ordinary one over TCP, or Upstash over HTTPS. */
function openInventory(env: Env, observe: Observe, log: Log) {
  const on = (runner: ScriptRunner) => createInventory(observedRunner(runner, observe))
  if (env.REDIS_URL !== undefined) {
    const client = connectTcp(env.REDIS_URL)
    client.on('error', () => log({ level: 'warn', event: 'redis_connection_failed' }))
    return { inventory: on(tcpRunner(client)), close: () => client.disconnect() }
  }
  const address = { url: env.UPSTASH_REDIS_REST_URL ?? '', token: env.UPSTASH_REDIS_REST_TOKEN ?? '' }
  const client = connectUpstash(address, platform)
  return { inventory: on(upstashRunner(client)), close: () => {} }
}

/** Mail by SMTP, into the log of a laptop, or not at all. */
function mailing(env: Env, log: Log): Pick<Identities, 'mailer'> {
  const { SMTP_URL: url, MAIL_FROM: from } = env
  if (url !== undefined && from !== undefined) return { mailer: smtpMailer({ url, from }) }
  return env.ALLOW_MAIL_IN_LOG ? { mailer: logMailer(log) } : {}
}

/** The list of passwords that nobody may choose, if there is one. */
async function refusing({
  REFUSED_PASSWORDS_FILE: path,
}: Env): Promise<Pick<Identities, 'refusedPasswords'>> {
  return path === undefined ? {} : { refusedPasswords: await openRefusedPasswords(path, platform) }
}

/** Traces, if there is a collector for them; without one OpenTelemetry is not even loaded. */
async function openTracing(env: Env, log: Log): Promise<Tracing | undefined> {
  const target = traceTargetOf(env)
  if (target === undefined) return undefined
  const { startTracing } = await import('./telemetry/tracing.ts')
  return startTracing(target, {
    platform,
    log,
    db: env.STORE_URL.startsWith('sqlite:') ? 'sqlite' : 'mongodb',
  })
}

/** The accounts of payment providers, each call of which is looked on. */
function providersOf(env: Env, observe: Observe, log: Log): Core['findProvider'] {
  const accounts = {
    stripe: env.STRIPE_ACCOUNTS,
    razorpay: env.RAZORPAY_ACCOUNTS,
    isSimulationAllowed: env.ALLOW_SIMULATED_PAYMENTS,
  }
  return observedProviders(findProviderOf(accounts, { fetch, platform, log }), observe)
}

async function start(): Promise<void> {
  const env = readEnv(process.env)
  const admins = adminsOf(env)
  await assertNoSamples(admins)
  const log = metrics.counted(jsonLog(env.LOG_LEVEL, platform))
  const tracing = await openTracing(env, log)
  const observe = observedByAll(...(tracing ? [tracing.observe] : []), metrics.observe)
  const store = observedStore(await openStore(env.STORE_URL), observe)
  await assertWhole(store)
  const { inventory, close: closeInventory } = openInventory(env, observe, log)
  const core: Core = {
    store,
    inventory,
    platform,
    findProvider: providersOf(env, observe, log),
    receipts: await createReceipts(env.RECEIPT_KEY, platform, env.RECEIPT_KEYS_OLD),
    log,
    observe,
    rebuildWaitMs: env.REBUILD_WAIT_MS,
    areLocalWebhooksAllowed: env.ALLOW_LOCAL_WEBHOOKS,
    retention: {
      endedHoldMs: env.ENDED_HOLDS_KEPT_DAYS * dayMs,
      unpaidMs: env.UNPAID_KEPT_DAYS * dayMs,
      auditLogMs: env.AUDIT_LOG_KEPT_DAYS * dayMs,
    },
  }
  const identities: Identities = {
    passwords: createPasswordHasher(platform, loginHashing),
    adminPasswords: createPasswordHasher(platform, adminHashing),
    keyHasher: createPasswordHasher(platform, keyHashing),
    tokens: createTokenIssuer({ user: env.USER_TOKEN_SECRET, admin: env.ADMIN_TOKEN_SECRET }, platform),
    admins,
    ...mailing(env, log),
    ...(await refusing(env)),
  }
  const server = createClientServer()
  const door = watchDoor(server, platform, drainMsMax)
  const standing = { isLeaving: door.isLeaving, loopDelayMs: watchEventLoop(platform) }
  const watch = { requests: metrics.requests, signed: tracing?.requests }
  const app = createCoreApp(core, identities, env.EDGE_ASSERTION_KEYS, standing, watch)
  server.on('request', getRequestListener(app.fetch))
  const repair = startRepair(core, hostname())
  metrics.watch(repair)
  const isLocalAllowed = env.ALLOW_LOCAL_WEBHOOKS
  const send = createSender({ resolve: createResolve(), post: postTo, platform, isLocalAllowed })
  const delivering = startDelivering({ store, platform, log, send })
  const told =
    env.METRICS_PORT === undefined ? null : serveMetrics(metrics, { host: env.HOST, port: env.METRICS_PORT })
  server.listen(env.PORT, env.HOST, () => log({ event: 'core_listens', address: server.address() }))

  const stop = async () => {
    log({ event: 'core_stops' })
    // Another core takes the background work over while this one still answers.
    await Promise.all([door.close(), repair.stop(), delivering.stop()])
    const { passwords, adminPasswords, keyHasher, refusedPasswords } = identities
    const parts = [passwords, adminPasswords, keyHasher, refusedPasswords, store]
    await Promise.all(parts.map((part) => part?.close()))
    closeInventory()
    told?.close()
    await tracing?.stop()
  }
  // All is closed then; deadlines of calls that were answered in time would keep the process for seconds.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stop().then(() => process.exit(0)))
}

start().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
