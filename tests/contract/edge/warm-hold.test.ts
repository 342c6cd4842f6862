import { createInventory } from '@holdfast/inventory'
import { scripts } from '@holdfast/inventory/scripts'
import { connectUpstash, upstashRunner } from '@holdfast/inventory/upstash'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningRedis, startRedis } from '../../../edge/dev/redis/start.ts'
import { createLimiter } from '../../../edge/src/adapters/limiter.ts'
import { connectUpstashAside, upstashCache } from '../../../edge/src/adapters/upstash.ts'
import { createTestEdge } from '../../../edge/src/testing.ts'
import { tell } from '../../support/figures.ts'
import { redisEngines } from '../../support/requirements.ts'
import { patientPlatform } from '../inventory/poll.ts'

describe.each(redisEngines)('the edge with its real adapters, on the %s Redis', (engine) => {
  const seen: (readonly string[])[] = []
  let redis: RunningRedis
  let edge: ReturnType<typeof createTestEdge>

  beforeAll(async () => {
    redis = await startRedis({ engine, onCommand: (command) => seen.push(command) })
    const address = { url: redis.restUrl, token: redis.restToken }
    const aside = connectUpstashAside(address, patientPlatform)
    edge = createTestEdge({
      inventory: createInventory(upstashRunner(connectUpstash(address, patientPlatform))),
      limiter: createLimiter(aside),
      cache: upstashCache(aside),
    })
  })
  afterAll(() => redis.stop())

  const hold = (seats: string[]) => edge.call('POST', '/v1/events/theatre/holds', { body: { seats } })
  const isHold = (command: readonly string[]) => command.includes(scripts.hold.upstashSha1)

  test('a warm hold is one request to Redis after the limits, and none to core', async ({ task }) => {
    // Cold: the key's verdict is asked of core, and Redis learns the scripts.
    await hold(['A-1'])
    const asked = edge.core.requests.length
    seen.length = 0
    await hold(['A-1', 'A-2', 'A-3'])
    expect(seen.filter((command) => !isHold(command)).map(([name]) => name?.toLowerCase())).toEqual([
      'evalsha',
      'evalsha',
    ])
    expect(isHold(seen.at(-1) ?? [])).toBe(true)
    expect(seen).toHaveLength(3)
    expect(edge.core.requests.length).toBe(asked)
    const holds = seen.filter(isHold).length
    tell(task, 'warm hold', `${holds} request after the ${seen.length - holds} of the limits (${engine})`)
  })
})
