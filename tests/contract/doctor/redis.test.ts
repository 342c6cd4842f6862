import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redisFindings, versionFinding } from '@holdfast/core/src/cli/doctor/redis.ts'
import { readWhatFits } from '@holdfast/core/src/cli/doctor/settings.ts'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { embeddedRedis } from '../../../edge/dev/redis/embedded.ts'
import type { Engine } from '../../../edge/dev/redis/engine.ts'
import { serveRest } from '../../../edge/dev/redis/rest.ts'
import { withScripts } from '../../../edge/dev/redis/scripts.ts'
import { type RunningRedis, startRedis } from '../../../edge/dev/redis/start.ts'
import { redisEngines } from '../../support/requirements.ts'
import { finding } from './finding.ts'

const look = (REDIS_URL: string) => redisFindings(readWhatFits({ REDIS_URL }))
const lookByRest = (url: string, token: string) =>
  redisFindings(readWhatFits({ UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token }))

describe.runIf(redisEngines.includes('server'))('of a redis-server', () => {
  let dir: string
  let redis: RunningRedis
  let admin: Redis
  const url = () => redis.url ?? ''
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'holdfast-doctor-'))
    redis = await startRedis({ engine: 'server', dir })
    admin = new Redis(url())
  })
  afterAll(async () => {
    admin.disconnect()
    await redis.stop()
    rmSync(dir, { recursive: true })
  })
  afterEach(async () => {
    await admin.config('SET', 'maxmemory-policy', 'noeviction')
    await admin.config('SET', 'appendonly', 'yes')
    await admin.call('REPLICAOF', 'NO', 'ONE')
  })

  test('that is as it must be, nothing is wrong, and what was tried is gone soon', async () => {
    const found = await look(url())
    expect(found).toEqual([
      finding('Redis', 'ok', /^answers within \d+ ms/),
      finding('Redis version', 'ok', /^(Redis|Valkey) \d/),
      finding('Redis role', 'ok', /primary, with 0 replicas/),
      finding('Redis eviction', 'ok', /noeviction/),
      finding('Redis persistence', 'ok', /appendonly is on/),
      finding('Redis scripts', 'ok', /run, and write/),
      finding('clock of Redis', 'ok', /^0\.\d s/),
    ])
    for (const key of await admin.keys('*')) expect(await admin.pttl(key)).not.toBe(-1)
  })

  test('that may drop seats, the policy is told', async () => {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    expect(await look(url())).toContainEqual(
      finding('Redis eviction', 'FAIL', /allkeys-lru/, /CONFIG SET maxmemory-policy noeviction/),
    )
  })

  test('that forgets at a restart, somebody is told', async () => {
    await admin.config('SET', 'appendonly', 'no')
    expect(await look(url())).toContainEqual(
      finding('Redis persistence', 'warn', /forgets holds/, /appendonly yes/),
    )
  })

  test('that is a replica, the primary is asked for', async () => {
    await admin.call('REPLICAOF', '127.0.0.1', '1')
    expect(await look(url())).toContainEqual(finding('Redis role', 'FAIL', /replica/, /primary/))
  })

  test('whose user may not run scripts, it fails; who may not read CONFIG looks for himself', async () => {
    const as = (name: string) => `redis://${name}:hunter2@${new URL(url()).host}`
    await admin.call('ACL', 'SETUSER', 'scriptless', 'on', '>hunter2', '~*', '&*', '+@all', '-@scripting')
    expect(await look(as('scriptless'))).toContainEqual(
      finding('Redis scripts', 'FAIL', /refused/, /may EVAL/),
    )
    await admin.call('ACL', 'SETUSER', 'limited', 'on', '>hunter2', '~*', '&*', '+@all', '-config', '-info')
    const found = await look(as('limited'))
    expect(found).toContainEqual(
      finding('Redis eviction', 'warn', /cannot be read/, /see that .* noeviction/),
    )
    expect(found).toContainEqual(finding('Redis version', 'warn', /not told/))
    expect(found).toContainEqual(finding('Redis scripts', 'ok', /run/))
  })

  test('over REST it is looked at in the same way, and a wrong token fails', async () => {
    const found = await lookByRest(redis.restUrl, redis.restToken)
    expect(found).toContainEqual(finding('Redis eviction', 'ok', /noeviction/))
    expect(found).toContainEqual(finding('Redis scripts', 'ok', /run/))
    expect(await lookByRest(redis.restUrl, 'another')).toEqual([
      finding('Redis', 'FAIL', /cannot be asked/, /UPSTASH_REDIS_REST_URL and its token/),
    ])
  })
})

describe('of an Upstash database', () => {
  let engine: Awaited<ReturnType<typeof embeddedRedis>>
  beforeAll(async () => {
    engine = await embeddedRedis()
  })
  afterAll(() => engine.close())
  /** One whose answers to a command are these; it refuses INFO and CONFIG, else. */
  const with_ = async (answers: Readonly<Record<string, unknown>>) => {
    const run: Engine['run'] = async (command) => {
      const name = command[0].toUpperCase()
      if (name in answers) return answers[name]
      if (name === 'INFO' || name === 'CONFIG') throw new Error(`ERR Command is not available: '${name}'`)
      return engine.run(command)
    }
    const rest = await serveRest(withScripts({ ...engine, run }), { token: 'hunter2' })
    try {
      return await lookByRest(rest.url, 'hunter2')
    } finally {
      await rest.close()
    }
  }

  test('that refuses CONFIG, it is said what to see in its console', async () => {
    expect(await with_({})).toContainEqual(
      finding('Redis eviction', 'warn', /cannot be read/, /console of Upstash.*Eviction must be off/),
    )
  })

  test('that evicts, and says so in INFO alone, it fails', async () => {
    const found = await with_({ INFO: 'redis_version:6.2.6\r\nmaxmemory_policy:optimistic-volatile\r\n' })
    expect(found).toContainEqual(finding('Redis eviction', 'FAIL', /optimistic-volatile/))
    expect(found).toContainEqual(finding('Redis version', 'ok', /Upstash, like Redis 6\.2\.6/))
  })

  test('whose clock is off, it is told by how much', async () => {
    const seconds = String(Math.floor(Date.now() / 1_000) + 20)
    expect(await with_({ TIME: [seconds, '0'] })).toContainEqual(
      finding('clock of Redis', 'FAIL', /^(19|20)\.\d s ahead of/, /NTP/),
    )
  })
})

test('of a Redis that is not there, it is told in time', async () => {
  expect(await look('redis://:hunter2@127.0.0.1:1')).toEqual([
    finding('Redis', 'FAIL', /cannot be asked/, /REDIS_URL/),
  ])
})

test.each([
  ['4.0.14', 'FAIL'],
  ['6.2.6', 'warn'],
  ['7.0.15', 'ok'],
])('Redis %s is %s', (version, result) => {
  expect(versionFinding(false, new Map([['redis_version', version]])).result).toBe(result)
})
