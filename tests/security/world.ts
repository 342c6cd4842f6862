import {
  AppId,
  AppInput,
  type CreatedApp,
  EventId,
  headers,
  type KeyUse,
  ticketsPerSecondDefault,
} from '@holdfast/contract'
import { createInventory } from '@holdfast/inventory'
import { connectUpstash, upstashRunner } from '@holdfast/inventory/upstash'
import { exportJWK, generateKeyPair } from 'jose'
import { vi } from 'vitest'
import type { AdminAccount } from '../../core/src/administration/admins.ts'
import { openSession } from '../../core/src/administration/sessions.ts'
import { createCoreApp } from '../../core/src/app.ts'
import { createApp } from '../../core/src/apps/create-app.ts'
import { rotateKey } from '../../core/src/apps/rotate-key.ts'
import { createReceipts } from '../../core/src/bookings/receipts.ts'
import type { Core } from '../../core/src/context.ts'
import type { Identities } from '../../core/src/identities.ts'
import { findProviderOf } from '../../core/src/payments/accounts.ts'
import { openSqliteStore } from '../../core/src/store/sqlite.ts'
import { unobserved } from '../../core/src/telemetry/observe.ts'
import { plainPasswords } from '../../core/src/users/testing.ts'
import { createTokenIssuer } from '../../core/src/users/tokens.ts'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { embeddedRedis } from '../../edge/dev/redis/embedded.ts'
import { createRestApp } from '../../edge/dev/redis/rest.ts'
import { withScripts } from '../../edge/dev/redis/scripts.ts'
import { coreFetch } from '../../edge/src/adapters/core-fetch.ts'
import { createLimiter } from '../../edge/src/adapters/limiter.ts'
import { connectUpstashAside, upstashCache } from '../../edge/src/adapters/upstash.ts'
import { createEdgeApp, type EdgeDeps } from '../../edge/src/app.ts'
import type { TicketsSettings } from '../../edge/src/compat/tickets-guards.ts'
import { pageOrigin } from '../e2e/client.ts'
import { limitless } from '../support/selling.ts'
import { createClock } from './clock.ts'
import { createNetwork } from './network.ts'
import { adminAccount, secrets } from './secrets.ts'
import { type Tap, tapped, tappedStore } from './taps.ts'
import { watchThinking } from './thinking.ts'

/** A request as it is sent. */
export interface Sent {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** A body to send as it is. */
  readonly raw?: string
}

/** An app with a key of each kind, and of each use of a predecessor's. */
export interface Shop {
  readonly appId: AppId
  readonly publishableKey: string
  readonly secretKey: string
  readonly legacyPageKey: string
  readonly legacyServerKey: string
}

/** The event to which the routes of TicketS are bound, of the first app. */
export const boundEvent = EventId.parse('bound')

/** The page that may use the publishable and legacy keys of every app. */
const appInput = {
  name: 'Shop',
  paymentProvider: 'simulated',
  allowedOrigins: [pageOrigin],
  allowedDomains: [pageOrigin],
  botMode: 'off',
  rateLimits: limitless,
}

/** Redis over the network, as each part of the edge has it. */
function redisParts(platform: EdgeDeps['platform'], tap: Tap) {
  const at = (host: string) => ({ url: `http://${host}`, token: secrets.redisToken })
  const runner = tapped('runner', upstashRunner(connectUpstash(at('inventory.test'), platform)), tap)
  return {
    inventory: tapped('inventory', createInventory(runner), tap),
    limiter: createLimiter(connectUpstashAside(at('limiter.test'), platform)),
    cache: tapped('cache', upstashCache(connectUpstashAside(at('cache.test'), platform)), tap),
  }
}

/**
 * A whole Holdfast in this process: the edge and core as they are, with their own adapters, over a network and a clock
 * that tests own. Redis is the embedded one, the store SQLite in memory; only bcrypt is left out.
 */
export async function openWorld(tap: Tap = (_, run) => run(), more: Partial<Identities> = {}) {
  const clock = createClock()
  const { platform } = clock
  const network = createNetwork()
  vi.stubGlobal('fetch', network.fetch)
  const isThinking = watchThinking()
  const engine = await embeddedRedis()
  const rest = createRestApp(withScripts(engine), { token: secrets.redisToken })
  for (const host of ['inventory.test', 'limiter.test', 'cache.test']) {
    network.hosts.set(host, (request) => rest.fetch(request))
  }
  network.hosts.set('provider.test', () => new Response('nobody pays here', { status: 503 }))

  const logs: string[] = []
  /** What the edge tells a collector of traces. */
  const spans: string[] = []
  const log = (entry: object) => void logs.push(JSON.stringify(entry))
  const store = await openSqliteStore({ path: ':memory:' })
  const parts = redisParts(platform, tap)
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const core: Core = {
    store: tappedStore(store, tap),
    inventory: parts.inventory,
    platform,
    findProvider: findProviderOf(secrets.payments, { fetch: network.fetch, platform, log }),
    receipts: await createReceipts(await exportJWK(privateKey), platform),
    log,
    observe: unobserved,
    rebuildWaitMs: 0,
  }
  const { hasher } = plainPasswords()
  const tokens = createTokenIssuer({ user: secrets.userToken, admin: secrets.adminToken }, platform)
  const letters: string[] = []
  const identities: Identities = {
    ...{ passwords: hasher, adminPasswords: hasher, keyHasher: hasher, tokens },
    admins: [adminAccount],
    mailer: async ({ text }) => void letters.push(text),
    ...more,
  }
  /** A token of an admin who signs in now: the first one, or whom a test says. */
  const adminToken = async (admin: AdminAccount = identities.admins[0]) =>
    (await openSession({ tokens, platform }, admin)).token
  const coreApp = createCoreApp(core, identities, secrets.edgeKeys)
  network.hosts.set('core.test', (request) => coreApp.fetch(request))

  const openShop = async (input: object = {}): Promise<Shop> => {
    const ctx = { ...core, store, keyHasher: hasher }
    const made: CreatedApp = await createApp(ctx, AppInput.parse({ ...appInput, ...input }))
    const appId = AppId.parse(made.app.id)
    const legacy = async (use: KeyUse) => {
      const request = { kind: 'legacy', overlapSeconds: 0, use } as const
      return (await rotateKey(ctx, { appId, request })).key
    }
    const [legacyPageKey, legacyServerKey] = [await legacy('page'), await legacy('server')]
    const { publishableKey, secretKey } = made
    return { appId, publishableKey, secretKey, legacyPageKey, legacyServerKey }
  }
  const [shop, other] = [await openShop(), await openShop()]

  const bound = {
    event: { appId: shop.appId, eventId: boundEvent },
    jwtSecret: secrets.oldTickets,
    perSecond: ticketsPerSecondDefault,
  }
  const openEdge = (tickets: TicketsSettings = bound) =>
    createEdgeApp({
      ...parts,
      platform,
      core: coreFetch('http://core.test'),
      clientAddress: (c) => c.req.header('x-test-address') ?? '198.51.100.7',
      log,
      tracing: { ratio: 1, send: async (sent) => void spans.push(JSON.stringify(sent)) },
      settings: {
        edgeKeys: secrets.edgeKeys,
        userTokenSecret: secrets.userToken,
        adminTokenSecret: secrets.adminToken,
        holdKeySecret: secrets.holdKey,
        adminOrigins: ['https://console.example'],
        coalesce: true,
        tickets,
        unified: { jwtSecret: secrets.oldUnified, defaultApp: shop.appId },
      },
    })
  const edge = openEdge()

  let calls = 0
  /** Sends a request from an address of its own, so that no limit of an address is in the way. */
  const send = async (
    { method, path, headers: more = {}, body, raw }: Sent,
    to = edge,
  ): Promise<ApiAnswer> => {
    calls += 1
    const address = `10.${(calls >> 16) & 255}.${(calls >> 8) & 255}.${calls & 255}`
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const request = new Request(`http://edge.test${path}`, {
      method,
      headers: {
        'x-test-address': address,
        ...(payload !== undefined && { 'content-type': 'application/json' }),
        ...more,
      },
      ...(payload !== undefined && { body: payload }),
    })
    const response = await to.fetch(request)
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: parsed(text) }
  }

  return {
    ...{
      clock,
      network,
      engine,
      logs,
      spans,
      letters,
      store,
      core,
      inventory: parts.inventory,
      tokens,
      adminToken,
    },
    ...{ shop, other, openShop, edge, openEdge, send, isThinking },
    async close() {
      vi.unstubAllGlobals()
      vi.restoreAllMocks()
      await store.close()
      await engine.close()
    },
  }
}
export type World = Awaited<ReturnType<typeof openWorld>>

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What an app's page sends of itself. */
export const onPage = ({ publishableKey }: Shop) => ({ [headers.apiKey]: publishableKey, origin: pageOrigin })
/** What an app's server sends of itself. */
export const onServer = ({ secretKey }: Shop) => ({ [headers.apiKey]: secretKey })
