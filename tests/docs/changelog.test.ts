import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { currentFormat } from '../../core/src/store/formats/steps.ts'
import { rootDir } from '../../edge/dev/processes.ts'

const changelog = readFileSync(join(rootDir, '.github/CHANGELOG.md'), 'utf8')

test('the changelog says of each format which version began it, the newest first', () => {
  const told = [...changelog.matchAll(/^## .+: format (\d+)$/gm)].map(([, format]) => Number(format))
  const began = told.filter((format, at) => told[at + 1] !== format)
  expect(began).toEqual(Array.from({ length: currentFormat }, (_, n) => currentFormat - n))
})
