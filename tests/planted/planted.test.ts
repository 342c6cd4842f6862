import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { bugs, type PlantedBug } from './bugs.ts'
import { plantedBug } from './plugin.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const vitest = join(root, 'node_modules/vitest/vitest.mjs')

/** What vitest's own JSON says of a run. */
const Report = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.enum(['passed', 'failed', 'skipped', 'pending', 'todo', 'disabled']),
        }),
      ),
    }),
  ),
})

/** Runs the suite with the bug in it, and names what failed. */
async function failuresWith({ name, suite }: PlantedBug): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-planted-'))
  try {
    const report = join(folder, 'report.json')
    const project = /^tests\/(contract|faults)\//.exec(suite)?.[1] ?? 'unit'
    const child = spawn(
      process.execPath,
      [vitest, 'run', '--project', project, '--reporter=json', `--outputFile=${report}`, suite],
      { cwd: root, stdio: 'ignore', env: { ...process.env, [plantedBug]: name } },
    )
    await once(child, 'exit')
    const { testResults } = Report.parse(JSON.parse(await readFile(report, 'utf8')))
    return testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'failed')
      .map(({ ancestorTitles, title }) => [...ancestorTitles, title].join(' > '))
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('a planted bug is caught', () => {
  test.each(bugs)('$name', { timeout: 120_000 }, async (bug) => {
    const failed = await failuresWith(bug)
    expect(failed.join('\n')).toContain(bug.caughtBy)
  })
})
