import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, test } from 'vitest'
import { type SimulatedBug, seedsMax, simulatedBugs } from '../simulation/bugs.ts'
import { tell } from '../support/figures.ts'

const main = fileURLToPath(new URL('../simulation/main.ts', import.meta.url))

/** Where each process finds what another has compiled, which is half of its work. */
let compiled: string
beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), 'holdfast-compiled-'))
})
afterAll(() => rm(compiled, { recursive: true }))

/** What the simulation says with the bug in it, up to the first world that it breaks. */
const saidWith = ({ name, firstWorld }: SimulatedBug): Promise<string> =>
  new Promise((resolve) => {
    const args = [main, '--bug', name, '--stop', '--from', String(firstWorld), '--seeds', String(seedsMax)]
    const env = { ...process.env, NODE_COMPILE_CACHE: compiled }
    // It ends with 1, as it must.
    execFile(process.execPath, args, { env }, (_, stdout, stderr) => resolve(stdout + stderr))
  })

test.concurrent.for(simulatedBugs)(
  'a planted bug breaks the promise that it names: $name',
  async (bug, { task, expect }) => {
    const said = await saidWith(bug)
    const violations = Array.from(
      said.matchAll(/^npm run simulate -- --seed (\d+) .*? {2}(I\d+): /gm),
      ([, world, invariant]) => ({ world, invariant }),
    )
    expect(
      violations.map(({ invariant }) => invariant),
      said,
    ).toContain(bug.breaks)
    tell(
      task,
      'bugs planted in the simulation',
      `${bug.name}: ${bug.breaks}, in world ${violations[0]?.world}`,
    )
  },
)
