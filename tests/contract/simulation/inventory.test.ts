import { systemPlatform } from '@holdfast/contract'
import { tcpRunner } from '@holdfast/inventory/tcp'
import { createMemoryRedis } from '../../simulation/redis.ts'
import type { Bench } from '../inventory/bench.ts'
import { inventorySuite } from '../inventory/suite.ts'

/** The TCP adapter on the Redis of the simulation, which keeps its promises as a real one does. */
async function memoryBench(): Promise<Bench> {
  const redis = createMemoryRedis(systemPlatform.now)
  const send = async (...command: (string | number)[]) => redis.run(...command.map(String))
  const client = {
    eval: (...args: (string | number)[]) => send('EVAL', ...args),
    evalsha: (...args: (string | number)[]) => send('EVALSHA', ...args),
  }
  return {
    runner: tcpRunner(client as Parameters<typeof tcpRunner>[0]),
    command: send,
    close: async () => {},
  }
}

inventorySuite('the Redis of the simulation', memoryBench)
