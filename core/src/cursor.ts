import { Problem } from '@holdfast/contract'

/** The beginning of every cursor of this moment: such texts sort as time does, and nothing is from before 1970. */
export const cursorAt = (at: Date): string => String(Math.max(0, at.getTime())).padStart(15, '0')

/** Where a document stands among others by its age, even when two are of the same millisecond. */
export const cursorOf = (createdAt: Date, id: string): string => `${cursorAt(createdAt)}-${id}`

/** Where a cursor of each list may stand that does not say whose it is: those of an older core, and those of events. */
const places = {
  bookings: /^\d{15}-/,
  payments: /^\d{15}-/,
  deliveries: /^\d{15}-/,
  users: /^\d{15}-/,
  apps: /^\d{15}-/,
  auditLog: /^\d{15}-/,
  outbox: /^/,
  repair: /^/,
  events: /^/,
  missing: /^$/,
  holds: /^$/,
} as const
/** A list that is told in pages. */
export type PagedList = keyof typeof places

/** A cursor as it is told: it says of which list it is, behind what an older core compares. */
export const toldCursor = (list: PagedList, place: string): string => `${place}~${list}`

/**
 * The place that a cursor stands for.
 * @throws Problem `invalid_request` for a cursor of another list
 */
export function placeIn<Cursor extends string>(
  list: PagedList,
  cursor: Cursor | undefined,
): Cursor | undefined {
  if (cursor === undefined) return undefined
  const end = cursor.lastIndexOf('~')
  const of = cursor.slice(end + 1)
  if (end > 0 && of === list) return cursor.slice(0, end) as Cursor
  if ((end > 0 && Object.hasOwn(places, of)) || !places[list].test(cursor)) throw foreignCursor()
  return cursor
}

/** What is said to a cursor that no page of this list had. */
export const foreignCursor = (): Problem =>
  new Problem('invalid_request', {
    errors: [
      { path: 'cursor', message: 'is none of this list: take nextCursor of its page before, as it is' },
    ],
  })

/** One page of what was found, of which one more was asked for than fits; the cursor is the last one's on the page. */
export function pageOf<Doc extends { readonly cursor: string }>(
  list: PagedList,
  found: readonly Doc[],
  limit: number,
) {
  const docs = found.slice(0, limit)
  const last = docs.at(-1)
  return { docs, next: found.length > limit && last ? { nextCursor: toldCursor(list, last.cursor) } : {} }
}
