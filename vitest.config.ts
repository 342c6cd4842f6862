import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { hasRedisServer } from './edge/dev/redis/server.ts'
import WaitingFirst from './tests/support/sequencer.ts'

// Workers, and whatever tests start, load what an earlier one has compiled: half of a short program's time.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache')

/** So long a test may take before it counts as one that hangs: no measure of speed, for machines are busy at times. */
const patience = { testTimeout: 180_000, hookTimeout: 180_000, expect: { poll: { timeout: 120_000 } } }

const node = (name: string, include: string[], more: object = {}) => ({
  test: {
    name,
    include,
    fsModuleCache: true,
    environment: 'node' as const,
    setupFiles: ['./tests/support/seed.ts'],
    ...patience,
    ...working,
    ...more,
  },
})

/** They wait for deadlines, restarts and other programs as much as they work: more files at a time than two processors. */
const waiting = { maxWorkers: 3, sequence: { groupOrder: 1 } }

/** They work: as many files at a time as there are processors, for more would only take the caches from each other. */
const working = { maxWorkers: 2, sequence: { groupOrder: 2 } }

/** Its files share nothing but modules without state: loading those anew for each would take much of their time. */
const together = { isolate: false }

/** Hundreds at once, none of whom may wait for something else: one file at a time, with nothing beside it. */
const alone = { maxWorkers: 1, sequence: { groupOrder: 0 } }
const rush = [
  'tests/e2e/{one-seat,tickets}.test.ts',
  ...(hasRedisServer() ? ['tests/faults/rolling.test.ts'] : []),
]

export default defineConfig({
  test: {
    reporters: ['default', './tests/support/reporter.ts'],
    sequence: { sequencer: WaitingFirst },
    globalSetup: ['./tests/support/workerd-redis.ts', './tests/support/real-mongo.ts'],
    projects: [
      node('unit', ['{core,edge}/**/*.test.ts'], together),
      node('contract', ['tests/contract/**/*.test.ts'], together),
      {
        plugins: [
          cloudflareTest({
            miniflare: {
              compatibilityDate: '2026-10-01',
              ratelimits: {
                CLIENT_FLOOD: { namespace_id: '1', simple: { limit: 2, period: 60 } },
                SERVER_FLOOD: { namespace_id: '2', simple: { limit: 2, period: 60 } },
              },
            },
          }),
        ],
        test: { name: 'workerd', include: ['tests/contract/**/*.workerd.ts'], ...patience, ...working },
      },
      node('rush', rush, alone),
      node('charts', ['tests/{charts,docs}/**/*.test.ts'], together),
      node('images', ['tests/images/**/*.test.ts'], waiting),
      node('browser', ['tests/browser/**/*.test.ts'], waiting),
      // Rushes through wrangler's slow proxy, whose one thread may not wait for other programs.
      node('dev', ['tests/dev/**/*.test.ts'], alone),
      node('simulation', ['tests/simulation/**/*.test.ts']),
      node('e2e', ['tests/{e2e,security}/**/*.test.ts'], { exclude: rush, ...waiting, ...together }),
      node('planted', ['tests/planted/**/*.test.ts'], { maxConcurrency: 2 }),
      node('telemetry', ['tests/telemetry/**/*.test.ts']),
      node('upgrade', ['tests/upgrade/**/*.test.ts'], waiting),
      node('faults', hasRedisServer() ? ['tests/faults/**/*.test.ts'] : [], {
        exclude: rush,
        ...waiting,
        ...together,
      }),
    ],
  },
})
