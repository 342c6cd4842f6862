import type { TestProject } from 'vitest/node'
import { startRedis } from '../../edge/dev/redis/start.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where tests inside workerd find a Redis, which they cannot start. */
    redis: { readonly url: string; readonly token: string }
  }
}

/**
 * Starts a Redis for the tests that run inside workerd, if any do. It is set up for the whole run, because what
 * their own project loads is made for workerd.
 */
export default async function setup(root: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!root.vitest.projects.some(({ name }) => name === 'workerd')) return undefined
  const { restUrl, restToken, stop } = await startRedis()
  root.provide('redis', { url: restUrl, token: restToken })
  return stop
}
