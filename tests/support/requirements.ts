import { hasRedisServer } from '../../edge/dev/redis/server.ts'

/** Something that a machine may lack, and what cannot be proven without it. */
export interface Requirement {
  readonly needs: string
  readonly met: boolean
  readonly suites: string
  /** Where nothing may be missing, lacking it is a failure. */
  readonly requiredInCi: boolean
}

/** Real engines this machine has; the embedded one it always has. */
export const redisEngines: readonly ('server' | 'embedded')[] = hasRedisServer()
  ? ['server', 'embedded']
  : ['embedded']

/** A real Upstash database to prove the inventory on, if one was given. */
export const upstashDatabase = process.env.UPSTASH_REDIS_REST_URL
  ? { url: process.env.UPSTASH_REDIS_REST_URL, token: process.env.UPSTASH_REDIS_REST_TOKEN ?? '' }
  : undefined

/** What the suites ask of a machine: they ask here, so that the report cannot forget what did not run. */
export const requirements: readonly Requirement[] = [
  {
    needs: 'redis-server on PATH',
    met: redisEngines.includes('server'),
    suites: 'the inventory, the model, the engines, the journeys and npm run dev on a real Redis',
    requiredInCi: true,
  },
  {
    needs: 'UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN',
    met: upstashDatabase !== undefined,
    suites: 'the inventory on a real Upstash database',
    requiredInCi: false,
  },
]
