import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { keepPort } from '../../edge/dev/ports.ts'
import { type Running, startProgram } from '../../edge/dev/processes.ts'
import { serveRest } from '../../edge/dev/redis/rest.ts'
import { withScripts } from '../../edge/dev/redis/scripts.ts'
import type { RunningRedis } from '../../edge/dev/redis/start.ts'

/** What a Redis comes back with: all that it acknowledged, nothing, or what it had when a copy was made. */
export type Remembered = 'everything' | 'nothing' | { readonly copy: string }

/** A redis-server of our own that can be killed, and comes back at its address. */
export interface MortalRedis extends RunningRedis {
  readonly url: string
  /** kill -9. */
  die(): Promise<void>
  /** Comes back; nobody has heard of it before it has read its data. */
  live(remembered: Remembered): Promise<void>
  /** Copies its data as they are. */
  copy(): string
}

/** Starts one that writes every change to the disk before it answers. */
export async function startMortalRedis(): Promise<MortalRedis> {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-mortal-redis-'))
  const data = join(home, 'data')
  const { port } = await keepPort()
  const url = `redis://127.0.0.1:${port}`
  let copies = 0
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null })
  client.on('error', () => {}) // It is dead at times.
  const launch = (): Promise<Running> => {
    mkdirSync(data, { recursive: true })
    return startProgram({
      name: 'redis-server',
      command: [
        ...(['redis-server', '--bind', '127.0.0.1', '--port', String(port), '--dir', data] as const),
        ...['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'],
        ...['--maxmemory-policy', 'noeviction'],
      ],
      logFile: join(home, 'redis.log'),
      isReady: async () => client.status === 'ready',
    })
  }
  let running = await launch()
  const engine = {
    run: ([name, ...args]: readonly [string, ...string[]]) => client.call(name, args),
    close: async () => client.disconnect(),
  }
  const token = 'a-token-of-this-test'
  const rest = await serveRest(withScripts(engine), { token })
  return {
    engine: 'server',
    url,
    restUrl: rest.url,
    restToken: token,
    die: () => running.stop('SIGKILL'),
    async live(remembered) {
      if (remembered !== 'everything') rmSync(data, { recursive: true, force: true })
      if (typeof remembered === 'object') cpSync(remembered.copy, data, { recursive: true })
      running = await launch()
    },
    copy() {
      copies += 1
      const folder = join(home, `copy-${copies}`)
      cpSync(data, folder, { recursive: true })
      return folder
    },
    async stop() {
      await rest.close()
      client.disconnect()
      await running.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
