import { randomBytes } from 'node:crypto'
import { embeddedRedis } from './embedded.ts'
import type { Command } from './engine.ts'
import { serveRest } from './rest.ts'
import { withScripts } from './scripts.ts'
import { hasRedisServer, startRedisServer } from './server.ts'

export interface RedisOptions {
  /** Where a redis-server keeps its data; without it they end with it. The embedded engine keeps none. */
  readonly dir?: string
  /** `auto`: a redis-server if one is on PATH, else the embedded engine. HOLDFAST_REDIS=server|embedded overrides that. */
  readonly engine?: 'auto' | 'server' | 'embedded'
  /** The bearer token of the REST door; random when absent. */
  readonly token?: string
  /** Told every command that comes through the REST door. */
  readonly onCommand?: (command: Command) => void
  /** Told every command inside a script, by the embedded engine; a redis-server tells it to MONITOR. */
  readonly onScriptCommand?: (command: string[]) => void
}

/** Where a Redis is. */
export interface RedisDoors {
  /** `redis://...`, of a redis-server only. */
  readonly url?: string
  /** Where it speaks Upstash's REST protocol. */
  readonly restUrl: string
  readonly restToken: string
}

/** A Redis of our own and its doors. */
export interface RunningRedis extends RedisDoors {
  readonly engine: 'server' | 'embedded'
  /** Told if a redis-server ends although nobody asked it to. */
  readonly death?: Promise<Error>
  stop(): Promise<void>
}

/** Which engine a start would use here. */
export function chooseEngine(asked: RedisOptions['engine'] = 'auto'): 'server' | 'embedded' {
  if (asked !== 'auto') return asked
  const wanted = process.env.HOLDFAST_REDIS
  if (wanted === 'server' || wanted === 'embedded') return wanted
  if (wanted) throw new Error(`HOLDFAST_REDIS is server or embedded, not ${wanted}`)
  return hasRedisServer() ? 'server' : 'embedded'
}

/** Starts a Redis on free ports of this machine, with Upstash's REST protocol in front of it. */
export async function startRedis(options: RedisOptions = {}): Promise<RunningRedis> {
  const {
    dir,
    engine: asked,
    token = randomBytes(24).toString('base64url'),
    onCommand,
    onScriptCommand,
  } = options
  const engine = chooseEngine(asked)
  const server = engine === 'server' ? await startRedisServer(dir) : undefined
  const redis = server ?? (await embeddedRedis(onScriptCommand))
  const rest = await serveRest(withScripts(redis), { token, ...(onCommand && { onCommand }) })
  return {
    engine,
    ...(server && { url: server.url, death: server.death }),
    restUrl: rest.url,
    restToken: token,
    async stop() {
      await rest.close()
      await redis.close()
    },
  }
}
