import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { seedsMax, simulatedBugs } from '../simulation/bugs.ts'
import { tell } from '../support/figures.ts'

const main = fileURLToPath(new URL('../simulation/main.ts', import.meta.url))

/** What the simulation says with the bug in it, up to the first world that it breaks. */
async function saidWith(bug: string): Promise<string> {
  const args = [main, '--bug', bug, '--stop', '--seeds', String(seedsMax)]
  try {
    return (await promisify(execFile)(process.execPath, args)).stdout
  } catch (error) {
    return String((error as { stdout?: string }).stdout)
  }
}

describe('a planted bug breaks a world', () => {
  test.for(simulatedBugs)('$name', { timeout: 120_000 }, async ({ name }, { task }) => {
    const said = await saidWith(name)
    expect(said).toMatch(/^npm run simulate -- --seed \d+ .* {2}I\d+: /)
    const [, worlds, invariant] = /--seed (\d+) .* {2}(I\d+): /.exec(said) ?? []
    tell(task, 'bugs planted in the simulation', `${name}: ${invariant}, in world ${worlds}`)
  })
})
