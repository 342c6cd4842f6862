import { connectTcp, tcpRunner as realRunner } from '@holdfast/inventory/tcp'
import { around } from './fate.ts'

export { connectTcp }

/** Runs the real scripts, around which a process may be killed. */
export function tcpRunner(client: Parameters<typeof realRunner>[0]): ReturnType<typeof realRunner> {
  const runner = realRunner(client)
  return { run: (name, keys, args) => around(name, () => runner.run(name, keys, args)) }
}
