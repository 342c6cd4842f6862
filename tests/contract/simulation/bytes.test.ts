import { systemPlatform } from '@holdfast/contract'
import { createMemoryRedis } from '../../simulation/redis.ts'
import { byteTests, scriptRows } from '../redis/bytes.ts'

/** The Redis of the simulation, which has no commands but those of the scripts. */
async function openMemory() {
  const redis = createMemoryRedis(systemPlatform.now)
  return { command: async (...command: string[]) => redis.run(...command), close: async () => {} }
}

byteTests('the Redis of the simulation', openMemory, scriptRows)
