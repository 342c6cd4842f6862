import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { keepPort } from '../../edge/dev/ports.ts'
import { rootDir, runToEnd } from '../../edge/dev/processes.ts'
import { type RunningRedis, startRedis } from '../../edge/dev/redis/start.ts'
import { keepSecrets, type Secrets } from '../../edge/dev/secrets.ts'
import { type Between, startCore, startEdge } from '../../edge/dev/stack.ts'
import type { ChosenStore } from '../../edge/dev/store.ts'
import { until } from '../contract/inventory/poll.ts'
import { type Service, startService } from '../support/service.ts'
import { type End, type Fate, type Replica, startReplica } from './replica.ts'

export interface ClusterOptions {
  readonly dir: string
  readonly store: ChosenStore
  /** How many cores there are. */
  readonly cores: number
  nextFate(): Fate
  onEnd(end: End): void
  readonly redis?: RunningRedis
  readonly between?: Between
}

/** A whole Holdfast whose cores die and come back, behind one address. */
export interface Cluster {
  readonly dir: string
  readonly edgeUrl: string
  readonly redis: RunningRedis
  readonly secrets: Secrets
  readonly storeUrl: string
  readonly service: Service
  readonly replicas: readonly Replica[]
  stop(): Promise<void>
}

const preload = pathToFileURL(join(rootDir, 'tests/faults/mortal/preload.ts')).href
const mortal = { NODE_OPTIONS: `--import=${preload}` }

/** Cores start while others of this machine's two processors work. */
export const readyMsMax = 60_000

/** Starts one on this machine. Nothing is left running when that fails. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { dir, store, between = {} } = options
  mkdirSync(store.home, { recursive: true })
  const started: { stop(): Promise<void> }[] = []
  const stop = async () => {
    for (const part of started.splice(0).reverse()) await part.stop()
  }
  try {
    const secrets = await keepSecrets(join(store.home, 'secrets.json'))
    const redis =
      options.redis ?? (await startRedis({ dir: join(store.home, 'redis'), token: secrets.redisToken }))
    if (redis !== options.redis) started.push(redis)
    if (store.isMongo) {
      const command = [process.execPath, 'core/src/cli/main.ts', 'migrate'] as const
      await runToEnd({ name: 'the migration', command, env: { STORE_URL: store.url } })
    }
    const coreDoors = (await between.coreAndRedis?.(redis)) ?? redis
    const storeUrl = (await between.coreAndStore?.(store.url)) ?? store.url
    const service = await startService()
    started.push(service)
    const startOne = async (n: number): Promise<Replica> => {
      const { port } = await keepPort()
      service.add(`http://127.0.0.1:${port}`)
      return startReplica({
        name: `core-${n}`,
        launch: (name, env) => {
          const place = { port, redis: coreDoors, secrets, storeUrl, name }
          // There are others, whose commits of an old epoch may be under way.
          return startCore({ dir, coreEnv: { REBUILD_WAIT_MS: '8000', ...mortal, ...env } }, place)
        },
        logFileOf: (life) => join(dir, `${life}.log`),
        nextFate: options.nextFate,
        onEnd: options.onEnd,
      })
    }
    const replicas: Replica[] = []
    for (let n = 1; n <= options.cores; n++) {
      const replica = await startOne(n)
      started.push(replica)
      replicas.push(replica)
    }
    await until(async () => service.ready().length === options.cores)
    const edgeDoors = (await between.edgeAndRedis?.(redis)) ?? redis
    const coreUrl = (await between.edgeAndCore?.(service.url)) ?? service.url
    const { port: edgePort } = await keepPort()
    const place = { port: edgePort, redis: edgeDoors, secrets, coreUrl }
    started.push(await startEdge({ dir, edge: 'node', edgeEnv: mortal }, place))
    const edgeUrl = `http://127.0.0.1:${edgePort}`
    return { dir, edgeUrl, redis, secrets, storeUrl: store.url, service, replicas, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
