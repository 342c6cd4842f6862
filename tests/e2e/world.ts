import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppId, EventId } from '@holdfast/contract'
import type { EventRef, Inventory } from '@holdfast/inventory'
import { afterAll, beforeAll } from 'vitest'
import { openStore } from '../../core/src/store/open.ts'
import type { Store } from '../../core/src/store/store.ts'
import { openAdmin } from '../../edge/dev/seed.ts'
import { type Stack, type StackOptions, startStack } from '../../edge/dev/stack.ts'
import { chooseStore } from '../../edge/dev/store.ts'
import { type StoreKind, sqlite, storeKinds } from '../support/databases.ts'
import { openInventory } from '../support/inventory.ts'
import { redisEngines } from '../support/requirements.ts'
import { limitless, putOnSale, seatsTo } from '../support/selling.ts'
import { type Client, createClient, guestOf, pageOrigin } from './client.ts'

/** A whole Holdfast of its own, and direct sight of what is in its store and its Redis. */
export interface World {
  readonly stack: Stack
  readonly store: Store
  readonly inventory: Inventory
  /** Makes a new app, paid by the simulated provider and without limits unless `input` says otherwise. */
  openShop(input?: object): Promise<Shop>
  stop(): Promise<void>
}

/** One app, and the ways in which its API is called. */
export interface Shop {
  readonly edgeUrl: string
  readonly appId: AppId
  readonly publishableKey: string
  readonly secretKey: string
  /** The app's own server, for nobody in particular. */
  readonly server: Client
  /** The app's server for one of its users. */
  user(name: string): Client
  /** A page of the app, before anybody is known. */
  readonly page: Client
  /** A new guest on a page of the app. */
  guest(): Promise<Client>
  /** Puts an event on sale with the seats `S-1` to `S-<count>`. */
  sell(eventId: string, count: number, settings?: { readonly holdTtlMs?: number }): Promise<EventRef>
}

/** What a world stands on. */
export interface Ground extends StoreKind {
  readonly redis: 'server' | 'embedded'
}

const engineOf = (n: number): Ground['redis'] => redisEngines[n % redisEngines.length] ?? 'embedded'

/** Every store, on the same Redis. */
export const everyStore: readonly Ground[] = storeKinds.map((kind) => ({ ...kind, redis: engineOf(0) }))

/** Every store and every Redis, but not each pair of them: neither knows the other. */
export const everyGround: readonly Ground[] = storeKinds.map((kind, n) => ({ ...kind, redis: engineOf(n) }))

/** More settings of a part, asked for when it is started. */
type MoreEnv = () => Readonly<Record<string, string>>

const nothing: MoreEnv = () => ({})

/** Starts a world on this ground, with more said of how its stack is started. */
export async function startWorld({ redis, start }: Ground, more: Partial<StackOptions> = {}): Promise<World> {
  const databases = await start()
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-e2e-'))
  const chosen = chooseStore(dir, databases.create())
  const stack = await startStack({ dir, edge: 'node', redis, store: chosen, ...more })
  // Past whatever stands between core and its store.
  const store = await openStore(stack.storeUrl)
  const makeApp = await openAdmin(stack.edgeUrl, stack.secrets)
  const { edgeUrl } = stack
  return {
    stack,
    store,
    inventory: openInventory(stack.redis),
    async openShop(input = {}) {
      const defaults = { name: 'Shop', paymentProvider: 'simulated', allowedOrigins: [pageOrigin] }
      const app = await makeApp({ ...defaults, rateLimits: limitless, ...input })
      const appId = AppId.parse(app.appId)
      const server = createClient(edgeUrl, { 'x-api-key': app.secretKey })
      const page = createClient(edgeUrl, { 'x-api-key': app.publishableKey, origin: pageOrigin })
      return {
        ...app,
        edgeUrl,
        appId,
        server,
        page,
        user: (name) => server.with({ 'x-external-user-id': name }),
        guest: () => guestOf(page),
        async sell(eventId, count, settings = {}) {
          await putOnSale({ edgeUrl, ...app }, eventId, { seats: seatsTo(count), ...settings })
          return { appId, eventId: EventId.parse(eventId) }
        },
      }
    },
    async stop() {
      await store.close()
      await stack.stop()
      await databases.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/**
 * Gives the tests of the enclosing suite one world, which is there while they run: on this ground, or on SQLite and
 * this Redis.
 */
export function useWorld(
  ground: Ground | Ground['redis'],
  coreEnv = nothing,
  edgeEnv = nothing,
): () => World {
  let world: World | undefined
  beforeAll(async () => {
    const whole = typeof ground === 'string' ? { ...sqlite, redis: ground } : ground
    world = await startWorld(whole, { coreEnv: coreEnv(), edgeEnv: edgeEnv() })
  })
  afterAll(() => world?.stop())
  return () => {
    if (!world) throw new Error('the world is there only while tests run')
    return world
  }
}

/** The availability map of an event, e.g. `FHCB`. */
export async function mapOf({ inventory }: World, event: EventRef): Promise<string> {
  const reply = await inventory.snapshot(event)
  return reply.word === 'snapshot' ? reply.map : reply.word
}
