import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** Gives paths in a folder that goes when the test file has run. */
export function temporaryPaths(): () => string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-store-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let files = 0
  return () => join(folder, `${++files}.db`)
}
