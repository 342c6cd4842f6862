import { randomUUID } from 'node:crypto'
import { systemPlatform } from '@holdfast/contract'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningRedis, startRedis } from '../../../edge/dev/redis/start.ts'
import { createLimiter, type LimiterRedis } from '../../../edge/src/adapters/limiter.ts'
import { limiterRedis } from '../../../edge/src/adapters/limiter-redis.ts'
import { connectUpstashAside } from '../../../edge/src/adapters/upstash.ts'
import { redisEngines } from '../../support/requirements.ts'

interface Connection {
  readonly redis: LimiterRedis
  readonly close: () => void
}

const overRest = ({ restUrl, restToken }: RunningRedis): Connection => ({
  redis: connectUpstashAside({ url: restUrl, token: restToken }, systemPlatform),
  close: () => {},
})

function overTcp({ url }: RunningRedis): Connection {
  if (url === undefined) throw new Error('a redis-server has a URL')
  const client = new Redis(url)
  return { redis: limiterRedis(client), close: () => client.disconnect() }
}

/** What the scripts of @upstash/ratelimit must come to on every Redis and by either client. */
function limiterTests(
  name: string,
  engine: RunningRedis['engine'],
  connect: (redis: RunningRedis) => Connection,
): void {
  describe(`the limiter on ${name}`, () => {
    const commands: string[] = []
    let [redis, connection]: [RunningRedis?, Connection?] = []
    beforeAll(async () => {
      redis = await startRedis({ engine, onCommand: ([command]) => commands.push(command.toUpperCase()) })
      connection = connect(redis)
    })
    afterAll(async () => {
      connection?.close()
      await redis?.stop()
    })
    const limiter = () => {
      if (!connection) throw new Error('not connected')
      return createLimiter(connection.redis)
    }
    // So long that no window ends within the test.
    const rule = (limit: number) => ({ key: `test:${randomUUID()}`, limit, windowMs: 86_400_000 })

    test('lets as many through as it may, one at a time', async () => {
      const [limit, three] = [limiter(), rule(3)]
      const states = []
      for (let i = 0; i < 4; i++) states.push(await limit(three))
      expect(states.map(({ allowed }) => allowed)).toEqual([true, true, true, false])
      expect(states.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0])
    })

    test('lets as many through as it may, all at once', async () => {
      const [limit, ten] = [limiter(), rule(10)]
      const states = await Promise.all(Array.from({ length: 50 }, () => limit(ten)))
      expect(states.filter(({ allowed }) => allowed)).toHaveLength(10)
    })

    if (connect === overRest) {
      test('once its script is known, a call is one request', async () => {
        const [limit, five] = [limiter(), rule(5)]
        await limit(five)
        commands.length = 0
        await limit(five)
        expect(commands).toEqual(['EVALSHA'])
      })
    }
  })
}

for (const engine of redisEngines) limiterTests(`${engine} over REST`, engine, overRest)
if (redisEngines.includes('server')) limiterTests('server over TCP', 'server', overTcp)
