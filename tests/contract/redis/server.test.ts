import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { decoded } from '../../../edge/dev/redis/engine.ts'
import { startRedisServer } from '../../../edge/dev/redis/server.ts'
import { chooseEngine, startRedis } from '../../../edge/dev/redis/start.ts'
import { redisEngines } from '../../support/requirements.ts'
import { until } from '../inventory/poll.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-redis-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(dir, { recursive: true, force: true })
})

/** Whether nobody answers there any more. */
async function isGone(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  client.on('error', () => {})
  const gone = await client.ping().then(
    () => false,
    () => true,
  )
  client.disconnect()
  return gone
}

test('HOLDFAST_REDIS chooses where the caller does not', () => {
  vi.stubEnv('HOLDFAST_REDIS', 'embedded')
  expect(chooseEngine()).toBe('embedded')
  expect(chooseEngine('auto')).toBe('embedded')
  expect(chooseEngine('server')).toBe('server')
  vi.stubEnv('HOLDFAST_REDIS', 'embeded')
  expect(() => chooseEngine()).toThrow('HOLDFAST_REDIS is server or embedded')
})

test('without a redis-server, auto is the embedded engine, and asking for one says what is missing', async () => {
  vi.stubEnv('HOLDFAST_REDIS', '')
  vi.stubEnv('PATH', dir)
  expect(chooseEngine('auto')).toBe('embedded')
  await expect(startRedis({ engine: 'server' })).rejects.toThrow(/did not start.*redis-server/s)
})

test('two embedded engines share nothing', async () => {
  const both = await Promise.all([startRedis({ engine: 'embedded' }), startRedis({ engine: 'embedded' })])
  const ask = async ({ restUrl, restToken }: (typeof both)[0], command: string[]) => {
    const headers = { authorization: `Bearer ${restToken}` }
    const response = await fetch(restUrl, { method: 'POST', headers, body: JSON.stringify(command) })
    return await response.json()
  }
  expect(await ask(both[0], ['SET', 'k', 'v'])).toEqual({ result: 'OK' })
  expect(await ask(both[1], ['GET', 'k'])).toEqual({ result: null })
  for (const redis of both) await redis.stop()
})

if (redisEngines.includes('server')) {
  test('data in a folder survive a restart', async () => {
    const first = await startRedisServer(join(dir, 'data'))
    await first.run(['SET', 'k', 'v'])
    await first.close()
    const second = await startRedisServer(join(dir, 'data'))
    expect(decoded(await second.run(['GET', 'k']))).toBe('v')
    await second.close()
  })

  test('data that cannot be read are said to be the reason', async () => {
    mkdirSync(join(dir, 'appendonlydir'))
    writeFileSync(join(dir, 'appendonlydir/appendonly.aof.manifest'), 'not a manifest\n')
    await expect(startRedisServer(dir)).rejects.toThrow(/did not start.*Invalid AOF manifest/s)
  })

  test('it listens on this machine only, never evicts, and ends when it is told to', async () => {
    const server = await startRedisServer()
    const settingOf = async (name: string) => decoded(await server.run(['CONFIG', 'GET', name]))
    expect(await settingOf('bind')).toEqual(['bind', '127.0.0.1'])
    expect(await settingOf('maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
    expect(server.url).not.toContain(':6379')
    await server.close()
    expect(await isGone(server.url)).toBe(true)
  })

  test('a server that died can still be stopped', async () => {
    const server = await startRedisServer()
    const pid = /process_id:(\d+)/.exec(String(await server.run(['INFO', 'server'])))?.[1]
    process.kill(Number(pid), 'SIGKILL')
    await until(() => isGone(server.url))
    await server.close()
  })

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'a process that dies of %s takes its server along',
    async (signal) => {
      const start = new URL('../../../edge/dev/redis/server.ts', import.meta.url)
      const program = `const { startRedisServer } = await import('${start}')
      console.log((await startRedisServer()).url)`
      const env = { ...process.env, TMPDIR: dir }
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], { env })
      const [line] = await once(child.stdout, 'data')
      const url = String(line).trim()
      expect(await isGone(url)).toBe(false)
      child.kill(signal)
      await until(() => isGone(url))
    },
  )
}
