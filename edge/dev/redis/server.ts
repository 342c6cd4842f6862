import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import getPort from 'get-port'
import { Redis } from 'ioredis'
import type { Engine } from './engine.ts'

const startMsMax = 10_000

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
export async function startRedisServer(dir?: string): Promise<Engine & { readonly url: string }> {
  const port = await getPort({ host: '127.0.0.1' })
  if (dir !== undefined) mkdirSync(dir, { recursive: true })
  const storage =
    dir === undefined ? ['--save', '', '--appendonly', 'no'] : ['--dir', dir, '--appendonly', 'yes']
  const flags = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--maxmemory-policy',
    'noeviction',
    ...storage,
  ]
  const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output = `${output}${chunk}`.slice(-2_000)
  })
  // The server must not outlive us, however we end.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)

  const url = `redis://127.0.0.1:${port}`
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null })
  client.on('error', () => {}) // It is not listening yet, or no more: `ready` and `run` tell.
  const ready = client.ping()
  const failed = Promise.race([once(child, 'exit'), once(child, 'error')])
  const late = new Promise((resolve) => setTimeout(resolve, startMsMax, 'late').unref())
  const first = await Promise.race([ready, failed, late])
  if (first !== 'PONG') {
    kill()
    client.disconnect()
    throw new Error(`redis-server did not start:\n${output}`)
  }

  return {
    url,
    run: ([name, ...args]) => client.call(name, args),
    async close() {
      client.disconnect()
      process.off('exit', kill)
      if (child.exitCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}
