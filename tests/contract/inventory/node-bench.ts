import { connectTcp, tcpRunner } from '@holdfast/inventory/tcp'
import { type RedisOptions, startRedis } from '../../../edge/dev/redis/start.ts'
import { type Bench, restBench } from './bench.ts'
import { patienceMs } from './poll.ts'

/** The Upstash adapter on a Redis of our own, through the REST door that stands in for Upstash. */
export async function startRestBench(options: RedisOptions): Promise<Bench> {
  const redis = await startRedis(options)
  return restBench({ url: redis.restUrl, token: redis.restToken }, () => redis.stop())
}

/** The TCP adapter on a redis-server of our own. */
export async function startTcpBench(): Promise<Bench & { readonly url: string }> {
  const redis = await startRedis({ engine: 'server' })
  const { url } = redis
  if (url === undefined) throw new Error('a redis-server has a URL')
  const client = connectTcp(url, patienceMs)
  return {
    url,
    runner: tcpRunner(client),
    command: (name = '', ...args) => client.call(name, ...args),
    async close() {
      client.disconnect()
      await redis.stop()
    },
  }
}
