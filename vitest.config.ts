import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

const node = (name: string, include: string[]) => ({
  test: { name, include, environment: 'node' as const, testTimeout: 20_000, hookTimeout: 60_000 },
})

export default defineConfig({
  test: {
    reporters: ['default', './tests/support/reporter.ts'],
    globalSetup: './tests/support/workerd-redis.ts',
    projects: [
      node('unit', ['{core,edge}/**/*.test.ts']),
      node('contract', ['tests/contract/**/*.test.ts']),
      {
        plugins: [cloudflareTest({ miniflare: { compatibilityDate: '2026-10-01' } })],
        test: {
          name: 'workerd',
          include: ['tests/contract/**/*.workerd.ts'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      node('e2e', ['tests/e2e/**/*.test.ts']),
      node('dev', ['tests/dev/**/*.test.ts']),
    ],
  },
})
