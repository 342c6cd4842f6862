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

/**
 * Refuses a store that this program cannot use as it is.
 *
 * @param store its name, as an operator may read it.
 * @throws StoreError `unusable`, with what to do.
 */
export function assertFormat(store: string, { format, migration }: Pick<Meta, 'format' | 'migration'>): void {
  if (format === currentFormat && migration === null) return
  const [has, speaks] = [`has format ${format}`, `this program speaks format ${currentFormat}`]
  throw new StoreError('unusable', `${store} ${adviceOn(format, migration !== null, has, speaks)}`)
}

function adviceOn(format: number, isUnderWay: boolean, has: string, speaks: string): string {
  if (format > currentFormat) {
    return (
      `${has} and ${speaks}: run the version of Holdfast that speaks it, or put back the copy that was made ` +
      'before its migration'
    )
  }
  if (isUnderWay) return 'is being migrated, or its migration was cut off: run npx holdfast migrate again'
  return `${has} and ${speaks}: stop every core, then run npx holdfast migrate`
}
