import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { hasRedisServer } from './edge/dev/redis/server.ts'

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
    ...beside,
    ...more,
  },
})

/** Two files at a time, after what wants the machine for itself. */
const beside = { maxWorkers: 2, sequence: { groupOrder: 1 } }

/** One file at a time, with nothing beside it. */
const alone = { maxWorkers: 1, sequence: { groupOrder: 0 } }
/** Hundreds at once, none of whom may wait for something else. */
const rush = ['tests/e2e/one-seat.test.ts', ...(hasRedisServer() ? ['tests/faults/rolling.test.ts'] : [])]

/** They wait for deadlines to pass far more than they work. */
const waiting = { maxWorkers: 3, sequence: { groupOrder: 2 } }

export default defineConfig({
  test: {
    reporters: ['default', './tests/support/reporter.ts'],
    globalSetup: ['./tests/support/workerd-redis.ts', './tests/support/real-mongo.ts'],
    projects: [
      // They share nothing but modules without state, and most of their time would go into loading those anew.
      node('unit', ['{core,edge}/**/*.test.ts'], { isolate: false }),
      node('contract', ['tests/contract/**/*.test.ts'], { isolate: false }),
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
        test: { name: 'workerd', include: ['tests/contract/**/*.workerd.ts'], ...patience, ...beside },
      },
      node('rush', rush, alone),
      node('charts', ['tests/{charts,docs}/**/*.test.ts'], { isolate: false }),
      node('images', ['tests/images/**/*.test.ts']),
      node('browser', ['tests/browser/**/*.test.ts']),
      // Two that start at once may find the same port free: wrangler takes it seconds after it was looked at.
      node('dev', ['tests/dev/**/*.test.ts'], alone),
      node('simulation', ['tests/simulation/**/*.test.ts']),
      node('e2e', ['tests/{e2e,security}/**/*.test.ts'], { exclude: rush }),
      node('planted', ['tests/planted/**/*.test.ts'], { maxConcurrency: 2 }),
      node('telemetry', ['tests/telemetry/**/*.test.ts']),
      node('upgrade', ['tests/upgrade/**/*.test.ts']),
      node('faults', hasRedisServer() ? ['tests/faults/**/*.test.ts'] : [], { exclude: rush, ...waiting }),
    ],
  },
})
