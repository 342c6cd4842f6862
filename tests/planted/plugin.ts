import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { bugs } from './bugs.ts'

/** Names the bug of a run; never set but by `planted.test.ts`. */
export const plantedBug = 'HOLDFAST_PLANTED_BUG'

/** Plants the bug that the environment names, while its file is loaded: nothing on disk changes. */
export function planted(): Plugin[] {
  const name = process.env[plantedBug]
  if (name === undefined) return []
  const bug = bugs.find((one) => one.name === name)
  if (bug === undefined) throw new Error(`no such bug: ${name}`)
  const file = fileURLToPath(new URL(`../../${bug.file}`, import.meta.url))
  return [
    {
      name: 'planted-bug',
      enforce: 'pre',
      transform: (code, id) => {
        if (id !== file) return undefined
        if (code.split(bug.find).length !== 2) throw new Error(`${bug.file} has not exactly one: ${bug.find}`)
        return code.replace(bug.find, () => bug.plant)
      },
    },
  ]
}
