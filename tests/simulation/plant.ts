import { registerHooks } from 'node:module'
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
      if (loaded !== url) return result
      const code = String(result.source)
      if (code.split(bug.find).length !== 2) throw new Error(`${bug.file} has not exactly one: ${bug.find}`)
      return { ...result, source: code.replace(bug.find, () => bug.plant) }
    },
  })
}
