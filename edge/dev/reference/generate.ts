/** Writes edge/public/openapi.json; `--check` writes nothing and fails when it is stale. */
import { readFileSync, writeFileSync } from 'node:fs'
import { openApiDocument } from './openapi.ts'

const file = new URL('../../public/openapi.json', import.meta.url)
const text = `${JSON.stringify(openApiDocument(), null, 1)}\n`
if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (readFileSync(file, 'utf8') !== text) {
  console.error('edge/public/openapi.json is stale: run `npm run build` and commit it.')
  process.exitCode = 1
}
