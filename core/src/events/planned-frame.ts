import type { ChartFrame } from '@holdfast/contract'

/** What a plan says of the frame around its seats; what is absent it does not say. */
export interface PlannedFrame {
  readonly size?: ChartFrame['size']
  /** How far its seats reach. */
  readonly reach: ChartFrame['size']
  /** A colour that is null is none that can be drawn. */
  readonly categories: readonly { readonly name: string; readonly color?: string | null }[]
  readonly areas?: ChartFrame['areas']
}

/** Drawn for a category that has no hex colour of its own. */
const defaultColor = '#8a8f98'

/** The frame of an event as a plan makes it: what the plan does not say stays as it was, and all of its seats are inside. */
export function frameAfter(before: ChartFrame | null, planned: PlannedFrame): ChartFrame {
  const colors = new Map(before?.categories.map(({ name, color }) => [name, color]))
  const named = new Set(planned.categories.map(({ name }) => name))
  const { reach } = planned
  const size = before
    ? { width: Math.max(before.size.width, reach.width), height: Math.max(before.size.height, reach.height) }
    : reach
  return {
    size: planned.size ?? size,
    categories: [
      // Of seats that the plan does not have, which stay: another part of it, or what it no longer has.
      ...(before?.categories.filter(({ name }) => !named.has(name)) ?? []),
      ...planned.categories.map(({ name, color }) => ({
        name,
        color: color === undefined ? (colors.get(name) ?? defaultColor) : (color ?? defaultColor),
      })),
    ],
    areas: planned.areas ?? before?.areas ?? [],
  }
}
