/**
 * `npm run check`: types, lint and import directions, generated files, the chart and the worker bundle. Runs them
 * all and shows what is wrong with each; no other tool is needed before a commit.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { typedProjects } from './typed-projects.ts'

interface Check {
  readonly name: string
  readonly command: readonly string[]
  /** Output that fails the check although the command succeeded. */
  readonly refuses?: RegExp
}

const bundle = mkdtempSync(join(tmpdir(), 'holdfast-bundle-'))

const checks: readonly Check[] = [
  ...typedProjects.map((project) => ({
    name: `types of ${project}`,
    command: ['tsc', '-p', project],
  })),
  { name: 'format, lint and import directions', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'generated scripts are fresh', command: ['node', 'core/inventory/build.ts', '--check'] },
  { name: 'demo plans are fresh', command: ['node', 'edge/dev/plans/generate.ts', '--check'] },
  { name: 'the routes of the client are fresh', command: ['node', 'core/client/generate.ts', '--check'] },
  { name: 'the OpenAPI document is fresh', command: ['node', 'edge/dev/reference/generate.ts', '--check'] },
  {
    name: 'the pages of settings and values are fresh',
    command: ['node', 'tests/docs/generate.ts', '--check'],
  },
  {
    name: 'the chart lints, renders what Kubernetes takes, and refuses what is wrong',
    command: ['vitest', 'run', '--project', 'charts'],
  },
  ...['', 'staging', 'production'].map((environment) => ({
    name: `the worker bundles without a warning${environment && `, for ${environment}`}`,
    command: ['wrangler', 'deploy', '--dry-run', '--outdir', bundle, `--env=${environment}`],
    refuses: /WARNING/i,
  })),
]

let failed = 0
for (const { name, command, refuses } of checks) {
  const [program = '', ...args] = command
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  const output = `${stdout ?? ''}${stderr ?? ''}`
  const ok = status === 0 && !refuses?.test(output)
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name}`)
  if (!ok) {
    failed += 1
    console.log(output)
  }
}
rmSync(bundle, { recursive: true, force: true })
console.log(failed === 0 ? 'all checks passed' : `${failed} of ${checks.length} checks failed`)
process.exit(failed === 0 ? 0 : 1)
