import type { createRandom } from '../simulation/scheduler.ts'
import type { End, Fate } from './replica.ts'

/** What becomes of cores: each named point first, then whatever chance wants. */
export interface Fates {
  next(): Fate
  /** From now on nobody is doomed, or again as chance wants. */
  calm(isCalm: boolean): void
  ended(end: End): void
  /** Points at which nobody has died yet. */
  missing(): readonly string[]
  /** How often each point was reached, and how often cores ended otherwise. */
  counts(): ReadonlyMap<string, number>
}

/** How long a core may take to come to its point: some are passed by only one of several, and not often. */
const patienceMs = 12_000
const lifeMsMin = 500
const lifeMsMax = 5_000

/** Chooses by chance. `terms`: cores are also told to stop, and drain. */
export function createFates(
  random: ReturnType<typeof createRandom>,
  points: readonly string[],
  terms: boolean,
): Fates {
  const counts = new Map<string, number>()
  const missing = new Set(points)
  /** Points in the order in which they are tried: those that nobody waits at. */
  const order = points.map((point) => ({ point, at: random.fraction() })).sort((a, b) => a.at - b.at)
  const queue = order.map(({ point }) => point)
  let isCalm = true

  const dieAt = (point: string, nth: number): Fate => ({ kind: 'point', point, nth, patienceMs })
  return {
    next() {
      if (isCalm) return { kind: 'peace' }
      for (let point = queue.shift(); point !== undefined; point = queue.shift()) {
        if (!missing.has(point)) continue
        // Should nobody come there, it is tried again when all others were.
        queue.push(point)
        return dieAt(point, 1)
      }
      const afterMs = random.between(lifeMsMin, lifeMsMax)
      if (terms && random.chance(0.1)) return { kind: 'term', afterMs }
      if (random.chance(0.3)) return { kind: 'kill', afterMs }
      return dieAt(random.pick(points), random.between(1, 4))
    },
    calm(now) {
      isCalm = now
    },
    ended({ how, point }) {
      const name =
        point ??
        { kill: 'at random', term: 'told to stop', fault: 'by itself', unborn: 'not started', point: '' }[how]
      counts.set(name, (counts.get(name) ?? 0) + 1)
      if (point) missing.delete(point)
    },
    missing: () => [...missing],
    counts: () => counts,
  }
}
