import { spawnSync } from 'node:child_process'
import { hasRedisServer } from '../../edge/dev/redis/server.ts'
import { lacking } from '../upgrade/versions.ts'
import { chromiumPath } from './chromium.ts'
import { hasHelm } from './helm.ts'
import { hasPrometheus } from './prometheus.ts'

/** Something that a machine may lack, and what cannot be proven without it. */
export interface Requirement {
  readonly needs: string
  readonly met: boolean
  readonly suites: string
  /** Where nothing may be missing, lacking it is a failure. */
  readonly requiredInCi: boolean
}

/** The engines that suites run on: redis-server where this machine has it, the embedded one always; for `npm run test:quick` that one alone. */
export const redisEngines: readonly ('server' | 'embedded')[] =
  hasRedisServer() && process.env.HOLDFAST_QUICK !== '1' ? ['server', 'embedded'] : ['embedded']

/** A real Upstash database to prove the inventory on, if one was given. */
export const upstashDatabase = process.env.UPSTASH_REDIS_REST_URL
  ? { url: process.env.UPSTASH_REDIS_REST_URL, token: process.env.UPSTASH_REDIS_REST_TOKEN ?? '' }
  : undefined

/** A real replica set of MongoDB to prove the store on, if one was given or could be started (`real-mongo.ts`). */
export const mongoUrl = (): string | undefined => process.env.MONGODB_URL || undefined

/** Whether we may make a file system of our own and become somebody else in it. */
export const canIsolate: boolean =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['-m', 'setpriv', '--no-new-privs', 'chroot', '/', 'true']).status === 0

/** What the suites ask of a machine: they ask here, so that the report cannot forget what did not run. */
export const requirements: readonly Requirement[] = [
  {
    needs: 'redis-server on PATH',
    met: redisEngines.includes('server'),
    suites:
      'the inventory, the model, the engines, the journeys and npm run dev on a real Redis, and all faults',
    requiredInCi: true,
  },
  {
    needs: 'UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN',
    met: upstashDatabase !== undefined,
    suites: 'the inventory on a real Upstash database',
    requiredInCi: false,
  },
  {
    needs: 'chromium on PATH',
    met: chromiumPath !== undefined,
    suites: 'the pages in a browser',
    requiredInCi: true,
  },
  {
    needs: 'MONGODB_URL, mongod on PATH or MONGODB_DOWNLOAD=1',
    // Known only when the run has begun.
    get met() {
      return mongoUrl() !== undefined
    },
    suites: 'the store and the confirm on a real MongoDB',
    requiredInCi: process.env.REQUIRE_MONGODB === '1',
  },
  {
    needs: 'root, unshare and setpriv',
    met: canIsolate,
    suites: 'the images on a read-only file system, as another user',
    requiredInCi: false,
  },
  {
    needs: 'git, and the history back to 0.1',
    met: lacking.length === 0,
    suites: `the upgrade from ${lacking.join(', ')}`,
    requiredInCi: process.env.GITHUB_ACTIONS === 'true',
  },
  {
    needs: 'Linux on x64, for which npm has a Helm, or helm on PATH',
    met: hasHelm,
    suites: 'the Helm chart',
    requiredInCi: true,
  },
  {
    needs: 'apt-get and dpkg-deb, by which Debian has a Prometheus, or prometheus and promtool on PATH',
    met: hasPrometheus,
    suites: 'metrics, dashboard and alerts in a real Prometheus',
    requiredInCi: true,
  },
]
