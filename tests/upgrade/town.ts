import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@holdfast/client'
import { AppId, holdsPerMinuteMax } from '@holdfast/contract'
import { onTestFinished } from 'vitest'
import { openStore } from '../../core/src/store/open.ts'
import { rootDir, runToEnd } from '../../edge/dev/processes.ts'
import { type RunningRedis, startRedis } from '../../edge/dev/redis/start.ts'
import { keepSecrets, type Secrets } from '../../edge/dev/secrets.ts'
import { createApp, type SeededApp } from '../../edge/dev/seed.ts'
import { startCore, startEdge } from '../../edge/dev/stack.ts'
import { until } from '../contract/inventory/poll.ts'
import { auditEvent } from '../support/audit.ts'
import { auditMoney } from '../support/audit-money.ts'
import { mongos } from '../support/databases.ts'
import { limitless, putOnSale, seatsTo } from '../support/selling.ts'
import { openFleet } from './fleet.ts'

type Env = Readonly<Record<string, string>>

/** A Holdfast on MongoDB whose programs can be replaced while it sells. */
export interface Town {
  readonly secrets: Secrets
  readonly edgeUrl: string
  /** Makes what a version needs of the store; its sources are in `root`. */
  migrate(root?: string): Promise<void>
  replaceCore(change?: { readonly root?: string; readonly env?: Env }): Promise<void>
  replaceEdge(change?: { readonly root?: string; readonly env?: Env }): Promise<void>
  /** Stops core and the edge; the store and Redis stay. */
  stopPrograms(): Promise<void>
  /** Lines of any program's log, of whatever version, that say that one cannot read what another has written. */
  complaints(): readonly string[]
  /** Opens a shop with one event on sale. */
  openShop(
    eventId: string,
    seats: number,
  ): Promise<SeededApp & { readonly server: Client; readonly page: Client }>
  /** What store and Redis say of it when all is at rest, as zeros: invariants that are broken, money that is missing. */
  audit(
    shop: SeededApp,
    eventId: string,
    told: ReadonlySet<string>,
  ): Promise<Readonly<Record<string, number>>>
}

/** What a program logs, or says on its way out, that finds what another version wrote unreadable: errors and failed work by name. */
const complaint =
  /"level":"error"|_failed"|sweep_undecided|unreadable|unusable|does not fit|StoreError|InventoryFault/

/** Starts one without programs; it ends with the test. */
export async function foundTown(): Promise<Town> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-upgrade-'))
  const ends: (() => Promise<void>)[] = [async () => rmSync(dir, { recursive: true, force: true })]
  onTestFinished(async () => {
    for (const end of ends.reverse()) await end()
  })
  const databases = await mongos[0].start()
  ends.push(() => databases.stop())
  const storeUrl = databases.create() ?? ''
  const secrets = await keepSecrets(join(dir, 'secrets.json'))
  const redis: RunningRedis = await startRedis({ token: secrets.redisToken })
  ends.push(() => redis.stop())
  const cores = await openFleet('core')
  ends.push(() => cores.stop())
  const edges = await openFleet('edge')
  ends.push(() => edges.stop())
  const edgeUrl = edges.url

  return {
    secrets,
    edgeUrl,
    async migrate(root = rootDir) {
      const command = [process.execPath, join(root, 'core/src/cli/main.ts'), 'migrate'] as const
      await runToEnd({ name: 'the migration', command, env: { STORE_URL: storeUrl } })
    },
    replaceCore: ({ root = rootDir, env = {} } = {}) =>
      cores.rollOut((place) =>
        startCore({ dir, coreEnv: env }, { ...place, redis, secrets, storeUrl, root }),
      ),
    replaceEdge: ({ root = rootDir, env = {} } = {}) =>
      edges.rollOut((place) =>
        startEdge(
          { dir, edge: 'node', edgeEnv: env },
          { ...place, redis, secrets, coreUrl: cores.url, root },
        ),
      ),
    async stopPrograms() {
      await edges.scaleToZero()
      await cores.scaleToZero()
    },
    complaints: () =>
      readdirSync(dir)
        .filter((name) => name.endsWith('.log'))
        .flatMap((name) =>
          readFileSync(join(dir, name), 'utf8')
            .split('\n')
            .filter((line) => complaint.test(line))
            .map((line) => `${name}: ${line}`),
        ),
    async openShop(eventId, seats) {
      const origin = 'https://shop.example'
      // A core of before knows no other.
      const { userPerSecond, clientPerSecond, appPerSecond } = limitless
      const rateLimits = { userPerSecond, clientPerSecond, appPerSecond }
      const app = { paymentProvider: 'simulated', rateLimits, allowedOrigins: [origin] }
      const shop = await createApp(edgeUrl, secrets, { name: 'Upgrade', ...app })
      // A few guests buy as fast as the machine is.
      const sale = { seats: seatsTo(seats), holdsPerMinute: holdsPerMinuteMax }
      await putOnSale({ edgeUrl, ...shop }, eventId, sale)
      const once = { baseUrl: edgeUrl, retries: { attempts: 1 } }
      const server = createClient({ ...once, apiKey: shop.secretKey })
      const page = createClient({ ...once, apiKey: shop.publishableKey, headers: { origin } })
      return { ...shop, server, page }
    },
    async audit({ appId }, eventId, told) {
      const {
        bookings: _,
        seatsSold: __,
        ...broken
      } = await auditEvent({ storeUrl, redis }, { appId, eventId }, told)
      const store = await openStore(storeUrl)
      try {
        const money = () => auditMoney(store, AppId.parse(appId))
        await until(async () => (await money()).restless.length === 0)
        const { captured, refunded, earned, orphanCaptures } = await money()
        return { ...broken, orphanCaptures, missing: captured - refunded - earned }
      } finally {
        await store.close()
      }
    },
  }
}
