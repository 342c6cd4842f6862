import type { Documents } from '../schema.ts'
import { StoreError, systemScope } from '../store.ts'
import { currentFormat } from './steps.ts'

export type Meta = Documents['meta']

/** The key of the one document that says which format a store has. */
export const metaKey = { name: 'store' } as const

/** What says that a store has this format, and that no migration is under way. */
export const metaOf = (format: number): Meta => ({
  appId: systemScope,
  ...metaKey,
  format,
  migration: null,
})

/** What keeps this program from using a store of this format as it is, and what to do; null: nothing. */
export function formatProblem({
  format,
  migration,
}: Pick<Meta, 'format' | 'migration'>): { readonly found: string; readonly todo: string } | null {
  if (format === currentFormat && migration === null) return null
  const found = `has format ${format} and this program speaks format ${currentFormat}`
  const back =
    'put back the copy that was made before (of a SQLite file without the -wal and -shm files of the other)'
  if (format > currentFormat) return { found, todo: `run the version of Holdfast that speaks it, or ${back}` }
  if (format === currentFormat) {
    return {
      found: 'is half way to a newer format',
      todo: `migrate again with the version that began it, or ${back}`,
    }
  }
  return migration === null
    ? { found, todo: 'stop every core, then run npx holdfast migrate' }
    : { found: 'is being migrated, or its migration was cut off', todo: 'run npx holdfast migrate again' }
}

/**
 * Refuses a store that this program cannot use as it is.
 *
 * @param store its name, as an operator may read it.
 * @throws StoreError `unusable`, with what to do.
 */
export function assertFormat(store: string, meta: Pick<Meta, 'format' | 'migration'>): void {
  const problem = formatProblem(meta)
  if (problem !== null) throw new StoreError('unusable', `${store} ${problem.found}: ${problem.todo}`)
}

/** Whether two say the same of a store. */
const isSame = (one: Meta | null, other: Meta | null): boolean =>
  JSON.stringify(one && [one.format, one.migration]) ===
  JSON.stringify(other && [other.format, other.migration])

/**
 * Whether a migration has anything to write: what it is about to say may have been said by another that ran beside it.
 *
 * @param found what the store says just now; null: nothing, as stores of format 1 do.
 * @throws StoreError `unavailable` when another has come between.
 */
export function isStillToWrite(
  store: string,
  { found, before, meta }: { readonly found: Meta | null; readonly before: Meta | null; readonly meta: Meta },
): boolean {
  const isUnsaid = found === null && (before === null || isSame(before, metaOf(1)))
  if (isUnsaid || isSame(found, before)) return true
  if (isSame(found, meta) && meta.migration === null) return false
  throw new StoreError('unavailable', `${store} is being migrated by another process: wait for it`)
}
