import { registerHooks } from 'node:module'
import { withPlant } from '../support/plants.ts'
import { simulatedBugs } from './bugs.ts'

/** Plants a bug while its file is loaded: nothing on disk changes. Comes before everything that loads the file. */
export function plant(name: string): void {
  const bug = simulatedBugs.find((one) => one.name === name)
  if (!bug)
    throw new Error(`no such bug: ${name}; there are: ${simulatedBugs.map((one) => one.name).join(', ')}`)
  const url = new URL(`../../${bug.file}`, import.meta.url).href
  registerHooks({
    load(loaded, context, next) {
      const result = next(loaded, context)
      return loaded === url ? { ...result, source: withPlant(String(result.source), bug) } : result
    },
  })
}
