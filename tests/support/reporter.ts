import type { SerializedError } from 'vitest'
import type { Reporter, TestModule } from 'vitest/node'
import { requirements } from './requirements.ts'

const inCi = process.env.CI !== undefined && process.env.CI !== '' && process.env.CI !== '0'

/**
 * Ends a run with what could not run here and one plain line, `N passed, N failed`. A file that does not load and
 * an error outside of any test are failures; so is, in CI, a requirement that CI must meet.
 */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const passed = tests.filter((test) => test.result().state === 'passed').length
    const brokenFiles = modules.filter((module) => module.errors().length > 0).length
    const missing = requirements.filter((requirement) => !requirement.met)
    const missingInCi = inCi ? missing.filter((requirement) => requirement.requiredInCi) : []
    const failed = tests.length - passed + brokenFiles + unhandled.length + missingInCi.length

    if (missing.length > 0) console.log('\nNot run here:')
    for (const { needs, suites } of missing) console.log(`  ${suites} (needs ${needs})`)
    if (missingInCi.length > 0) console.log('In CI nothing of that may be missing.')
    if (failed > 0) process.exitCode = 1
    console.log(`\n${passed} passed, ${failed} failed`)
  }
}
