/** The beginning of every cursor of this moment: such texts sort as time does. */
export const cursorAt = (at: Date): string => String(at.getTime()).padStart(15, '0')

/** Where a document stands among others by its age, even when two are of the same millisecond. */
export const cursorOf = (createdAt: Date, id: string): string => `${cursorAt(createdAt)}-${id}`

/** One page of what was found, of which one more was asked for than fits; the cursor is the last one's on the page. */
export function pageOf<Doc extends { readonly cursor: string }>(found: readonly Doc[], limit: number) {
  const docs = found.slice(0, limit)
  const last = docs.at(-1)
  return { docs, next: found.length > limit && last ? { nextCursor: last.cursor } : {} }
}
