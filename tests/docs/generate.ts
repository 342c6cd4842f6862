/** Writes the pages that are made of schemas and values; `--check` writes nothing and fails when one is stale. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rootDir } from '../../edge/dev/processes.ts'
import { pages } from './pages.ts'

for (const { file, text } of pages()) {
  const path = join(rootDir, file)
  if (!process.argv.includes('--check')) writeFileSync(path, text)
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error(`${file} is stale: run \`npm run build\` and commit it.`)
    process.exitCode = 1
  }
}
