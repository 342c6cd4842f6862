import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Redis } from 'ioredis'
import { keepPort } from '../ports.ts'
import { startProgram } from '../processes.ts'
import type { Engine } from './engine.ts'

/** Whether a redis-server is on PATH. */
export const hasRedisServer = (): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, 'redis-server'), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** A redis-server of our own, on a free port of this machine only. With `dir` its data survive a restart. */
export async function startRedisServer(
  dir?: string,
): Promise<Engine & { readonly url: string; readonly death: Promise<Error> }> {
  const { port } = await keepPort()
  const home = dir ?? mkdtempSync(join(tmpdir(), 'holdfast-redis-'))
  mkdirSync(home, { recursive: true })
  const address = ['--bind', '127.0.0.1', '--port', String(port)]
  const storage = ['--dir', home, '--save', '', '--appendonly', dir === undefined ? 'no' : 'yes']
  const url = `redis://127.0.0.1:${port}`
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null })
  client.on('error', () => {}) // It is not listening yet, or no more: `isReady` and `run` tell.
  const forget = () => {
    if (dir === undefined) rmSync(home, { recursive: true, force: true })
  }
  try {
    const { death, stop } = await startProgram({
      name: 'redis-server',
      command: ['redis-server', ...address, ...storage, '--maxmemory-policy', 'noeviction'],
      logFile: join(home, 'redis.log'),
      isReady: async () => client.status === 'ready',
    })
    return {
      url,
      death,
      run: ([name, ...args]) => client.callBuffer(name, args),
      async close() {
        client.disconnect()
        await stop()
        forget()
      },
    }
  } catch (error) {
    client.disconnect()
    forget()
    throw error
  }
}
