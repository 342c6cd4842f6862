import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { claims } from '../support/proofs.ts'
import { bugs } from './bugs.ts'

const program = fileURLToPath(new URL('run.ts', import.meta.url))

/** What `run.ts` prints: of each bug, what failed. */
const Failures = z.record(z.string(), z.array(z.string()))

let failures: z.infer<typeof Failures>
beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program])
  failures = Failures.parse(JSON.parse(stdout))
}, 900_000)

test.for(bugs)('a planted bug fails the test that it names: $name', ({ name, caughtBy, breaks }) => {
  const failed = failures[name] ?? []
  expect(failed.join('\n')).toContain(caughtBy)
  if (breaks === null) return
  expect(failed.filter((test) => test.includes(caughtBy) && !claims(test, breaks))).toEqual([])
})
