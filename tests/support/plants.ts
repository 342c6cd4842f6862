/** A promise of tests/README.md. */
export type Invariant = `I${number}`
/** A way in which a sale can go wrong, from the same page. */
export type Failure = `F${number}`

/** A mistake that somebody could make in the code. */
export interface Plant {
  readonly name: string
  /** Where it is planted: a file from the root, the text that is there once, and what stands there instead. */
  readonly file: string
  readonly find: string
  readonly plant: string
}

/**
 * The text of a file with the mistake in it.
 * @throws when the text that it replaces is not there exactly once: somebody has changed the file since.
 */
export function withPlant(code: string, { file, find, plant }: Plant): string {
  if (code.split(find).length !== 2) throw new Error(`${file} has not exactly one: ${find}`)
  return code.replace(find, () => plant)
}
