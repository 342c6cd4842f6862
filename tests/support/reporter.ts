import type { SerializedError } from 'vitest'
import type { Reporter, TestModule, TestState } from 'vitest/node'
import { tableOf } from './figures.ts'
import { requirements } from './requirements.ts'

const inCi = process.env.CI !== undefined && process.env.CI !== '' && process.env.CI !== '0'

/**
 * Ends a run with the figures that its tests measured, what could not run here, and one plain line, `N passed, N failed`. A file that does not load, a
 * hook that throws and an error outside of any test are failures; so is, in CI, a requirement that CI must meet.
 */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: TestState) => tests.filter((test) => test.result().state === state).length
    const groups = modules.flatMap((module) => [module, ...module.children.allSuites()])
    const broken = groups.filter((group) => group.errors().length > 0).length
    const missing = requirements.filter((requirement) => !requirement.met)
    const missingInCi = inCi ? missing.filter((requirement) => requirement.requiredInCi) : []
    const failed = count('failed') + count('pending') + broken + unhandled.length + missingInCi.length

    const figures = tableOf(tests.flatMap((test) => test.meta().figures ?? []))
    if (figures.length > 0) console.log(`\nMeasured:\n${figures.join('\n')}`)
    if (missing.length > 0) console.log('\nNot run here:')
    for (const { needs, suites } of missing) console.log(`  ${suites} (needs ${needs})`)
    if (missingInCi.length > 0) console.log('In CI nothing of that may be missing.')
    if (failed > 0) process.exitCode = 1
    console.log(`\n${count('passed')} passed, ${failed} failed`)
  }
}
