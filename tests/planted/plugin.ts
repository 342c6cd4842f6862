import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { type Plant, withPlant } from '../support/plants.ts'

/** Plants a bug while its file is loaded: nothing on disk changes. */
export function planted(bug: Plant): Plugin {
  const file = fileURLToPath(new URL(`../../${bug.file}`, import.meta.url))
  return {
    name: 'planted-bug',
    enforce: 'pre',
    transform: (code, id) => (id === file ? withPlant(code, bug) : undefined),
    // What is planted must not be kept for the others, nor what they keep taken for it.
    configureVitest: ({ defineCacheKeyGenerator }) =>
      defineCacheKeyGenerator(({ id }) => (id === file ? false : undefined)),
  }
}
