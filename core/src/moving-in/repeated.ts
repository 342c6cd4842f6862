import type { Diagnostics } from './diagnostics.ts'
import type { Located } from './mongoexport.ts'

/** Refuses what stands in a file twice, by both lines. */
export function refuseRepeated<Doc>(
  docs: readonly Located<Doc>[],
  { fault }: Diagnostics,
  field: string,
  keyOf: (doc: Doc) => string,
  todo: string,
): void {
  const lines = new Map<string, number>()
  for (const { at, doc } of docs) {
    const first = lines.get(keyOf(doc))
    if (first === undefined) lines.set(keyOf(doc), at.line)
    else fault({ ...at, field }, `is that of line ${first} too: ${todo}`)
  }
}
