import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { hasRedisServer } from './edge/dev/redis/server.ts'

const node = (name: string, include: string[], more: object = {}) => ({
  test: {
    name,
    include,
    fsModuleCache: true,
    environment: 'node' as const,
    setupFiles: ['./tests/support/seed.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    ...more,
  },
})

/** Hundreds at once, none of whom may wait for something else: one file at a time, with nothing beside it. */
const rush = ['tests/e2e/one-seat.test.ts', ...(hasRedisServer() ? ['tests/faults/rolling.test.ts'] : [])]

/** Two files at a time, after what wants the machine for itself. */
const beside = { maxWorkers: 2, sequence: { groupOrder: 2 } }

export default defineConfig({
  test: {
    reporters: ['default', './tests/support/reporter.ts'],
    globalSetup: ['./tests/support/workerd-redis.ts', './tests/support/real-mongo.ts'],
    projects: [
      // They share nothing but modules without state, and most of their time would go into loading those anew.
      node('unit', ['{core,edge}/**/*.test.ts'], { isolate: false, ...beside }),
      node('contract', ['tests/contract/**/*.test.ts']),
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
        test: {
          name: 'workerd',
          include: ['tests/contract/**/*.workerd.ts'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      node('rush', rush),
      node('charts', ['tests/{charts,docs}/**/*.test.ts']),
      node('images', ['tests/images/**/*.test.ts']),
      node('browser', ['tests/browser/**/*.test.ts']),
      node('dev', ['tests/dev/**/*.test.ts']),
      // Its worlds have a time of their own, so they may run beside each other, after what may not.
      node('simulation', ['tests/simulation/**/*.test.ts'], { maxWorkers: 2, sequence: { groupOrder: 1 } }),
      // Each has processes of its own, for which it waits more than it works.
      node('e2e', ['tests/{e2e,security}/**/*.test.ts'], { ...beside, exclude: rush }),
      node('planted', ['tests/planted/**/*.test.ts'], { ...beside, maxConcurrency: 2 }),
      node('telemetry', ['tests/telemetry/**/*.test.ts'], beside),
      node('upgrade', ['tests/upgrade/**/*.test.ts'], beside),
      // They wait for deadlines to pass far more than they work.
      node('faults', hasRedisServer() ? ['tests/faults/**/*.test.ts'] : [], {
        testTimeout: 120_000,
        exclude: rush,
        maxWorkers: 3,
        sequence: { groupOrder: 3 },
      }),
    ],
  },
})
