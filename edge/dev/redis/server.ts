import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
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

/** Ends the server when our end of its input closes: so it does not outlive us, however we end. */
const onLeash = `
exec 3<&0
redis-server "$@" 3<&- &
server=$!
{ read -r _; kill $server; } <&3 2>/dev/null &
leash=$!
wait $server
code=$?
kill $leash 2>/dev/null
exit $code`

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
  // In a group of its own: Ctrl-C comes to us, and we stop it last.
  const child = spawn('/bin/sh', ['-c', onLeash, 'sh', ...flags], { detached: true })
  const exited = once(child, 'exit')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = `${output}${chunk}`.slice(-2_000)
    })
  }

  const url = `redis://127.0.0.1:${port}`
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null })
  client.on('error', () => {}) // It is not listening yet, or no more: `ready` and `run` tell.
  const close = async () => {
    client.disconnect()
    child.stdin.destroy()
    await exited
  }
  const late = setTimeout(startMsMax, 'late', { ref: false })
  const first = await Promise.race([client.ping(), exited, late])
  if (first !== 'PONG') {
    await close()
    throw new Error(`redis-server did not start:\n${output}`)
  }
  return { url, run: ([name, ...args]) => client.call(name, args), close }
}
