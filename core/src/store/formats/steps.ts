import { toFormat2 } from './to-2.ts'
import { toFormat3 } from './to-3.ts'

/** A document as it is stored, whatever its format: dates are `Date` or ISO text, as the store or file has them. */
export type RawDoc = Readonly<Record<string, unknown>>

/** Indexes by their collection. */
export type DroppedIndexes = Readonly<Record<string, readonly string[]>>

/** Brings every document of the format before to format `to`. */
export interface Step {
  readonly to: number
  /**
   * By collection, what becomes of a document; null: it goes. A collection that is not named stays as it is. Each is a
   * function of the document alone, which is given to it once. Fields of a primary key stay what they are.
   */
  readonly documents: Readonly<Record<string, (doc: RawDoc) => RawDoc | null>>
  /** The indexes of the format before that are not there any more, or are other ones of the same name. */
  readonly dropped: DroppedIndexes
}

/** Every step so far, oldest first. Format 1 is what 0.1 wrote, before stores said which format they have. */
export const steps: readonly Step[] = [toFormat2, toFormat3]

/** The format that these steps lead to. */
export const formatAfter = (taken: readonly Step[]): number => taken.at(-1)?.to ?? 1

/** The format that this program reads and writes; CHANGELOG.md says what is in each. */
export const currentFormat = formatAfter(steps)

/** A document of format `from` as it is after these steps; null: it is none any more. */
export function upgraded(
  from: number,
  collection: string,
  stored: RawDoc,
  taken: readonly Step[] = steps,
): RawDoc | null {
  let doc: RawDoc | null = stored
  for (const { to, documents } of taken) {
    if (doc === null) return null
    const change = Object.hasOwn(documents, collection) ? documents[collection] : undefined
    if (to > from && change !== undefined) doc = change(doc)
  }
  return doc
}
