import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { currentFormat } from '@holdfast/core/src/store/formats/steps.ts'
import { openRawStore } from '@holdfast/core/src/store/open.ts'
import { expect, test } from 'vitest'
import { fixtureOf } from '../../formats/fixtures.ts'
import { temporaryPaths } from './folder.ts'

const main = fileURLToPath(new URL('../../../core/src/cli/main.ts', import.meta.url))
const paths = temporaryPaths()

/** What `holdfast migrate` says of a store. */
async function migrate(url: string): Promise<{ told: string; complained: string }> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, 'migrate', '--store', url])
  return { told: stdout, complained: stderr }
}

async function formatOf(url: string): Promise<number | undefined> {
  const store = await openRawStore(url)
  return store
    .readMeta()
    .then((meta) => meta?.format)
    .finally(() => store.close())
}

test('npx holdfast migrate copies a SQLite file of 0.1 beside, migrates it once, and says both', async () => {
  const path = paths()
  const url = `sqlite:${path}`
  fixtureOf(1).writeSqlite(path)
  expect(await migrate(url)).toEqual({
    told: `${url} has all collections and indexes of format ${currentFormat}; it had format 1, and ${path}.format-1 is a copy from before\n`,
    complained: expect.stringMatching(
      new RegExp(`^checking \\d+ documents\\n(migrating 4 documents\\n){${currentFormat - 1}}$`),
    ),
  })
  expect([await formatOf(url), await formatOf(`${url}.format-1`)]).toEqual([currentFormat, 1])
  expect(await migrate(url)).toEqual({
    told: `${url} has all collections and indexes of format ${currentFormat}\n`,
    complained: '',
  })
})

test('a copy that is put back is migrated again, with a copy of its own', async () => {
  const path = paths()
  fixtureOf(1).writeSqlite(path)
  fixtureOf(1).writeSqlite(`${path}.format-1`)
  expect((await migrate(`sqlite:${path}`)).told).toContain(`and ${path}.format-1-2 is a copy from before`)
})
