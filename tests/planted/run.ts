/**
 * Plants each bug in a project of its own, runs the test that must catch it, and prints what failed of each: the full names
 * of tests, or why there were none. One run for all of them, so that Vitest starts once.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createVitest, type TestCase, type TestModule } from 'vitest/node'
import { bugs, type PlantedBug } from './bugs.ts'
import { planted } from './plugin.ts'

/** Longer than what a test waits for in vain. */
const patienceMs = 240_000

const root = fileURLToPath(new URL('../..', import.meta.url))

const projectOf = (bug: PlantedBug) => ({
  plugins: [planted(bug)],
  test: {
    name: bug.name,
    include: [bug.suite],
    environment: 'node' as const,
    setupFiles: [join(root, 'tests/support/seed.ts')],
    fsModuleCache: true,
    testTimeout: patienceMs,
    hookTimeout: patienceMs,
  },
})

/** A test that hangs has caught nothing, and one that is slow has not either. */
const isOutOfTime = (test: TestCase): boolean =>
  test.result().errors?.some(({ message }) => message.startsWith('Test timed out')) === true

const exactly = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))

const failuresIn = (modules: readonly TestModule[]): string[] =>
  modules.flatMap((module) => [
    ...Array.from(module.children.allTests('failed'), (test) =>
      isOutOfTime(test) ? 'a test ran out of time' : test.fullName,
    ),
    ...module.errors().map(({ message }) => message),
  ])

const vitest = await createVitest(
  { root, config: false, watch: false, reporters: [], silent: true, maxWorkers: 2 },
  { test: { projects: bugs.map(projectOf) } },
)
const { testModules } = await vitest.runTestSpecifications(
  bugs.map(({ name, suite, caughtBy }) =>
    vitest
      .getProjectByName(name)
      .createSpecification(join(root, suite), { testNamePattern: exactly(caughtBy) }),
  ),
)
const failed = bugs.map(({ name }) => [
  name,
  failuresIn(testModules.filter(({ project }) => project.name === name)),
])
console.log(JSON.stringify(Object.fromEntries(failed)))
// That tests failed is what it is for.
process.exitCode = 0
await vitest.close()
