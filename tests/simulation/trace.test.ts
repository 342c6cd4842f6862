import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { runWorld } from './run.ts'
import { createSometimes } from './sometimes.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const seeds = [1, 2, 3, 4, 5, 6, 7, 8]
const hashOf = async (seed: number) => `${seed} ${(await runWorld(seed, createSometimes())).traceHash}`

test('a seed has one trace: twice in a row, in another order, and in another process', async () => {
  const hashes: string[] = []
  for (const seed of seeds) hashes.push(await hashOf(seed))
  expect(new Set(hashes).size).toBe(seeds.length)
  for (const seed of seeds.toReversed()) expect(await hashOf(seed)).toBe(hashes[seed - 1])
  const args = [main, '--hashes', '--seeds', String(seeds.length)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout.trim().split('\n')).toEqual(hashes)
})
