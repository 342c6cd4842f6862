import type { Complain } from './complaints.ts'
import type { Written } from './store/engine.ts'
import type { World } from './world.ts'

const isAgainst = (status: unknown): boolean => status === 'EXPIRED' || status === 'RELEASED'

/** What was decided against a grant, and when. */
interface Against {
  readonly status: string
  readonly atMs: number
}

/**
 * I9 and F39, of decisions: what was decided stays decided, also when the record of it has gone. A record goes only of what
 * was decided against, and not before its time: half of it, since clocks of cores jump.
 */
export function createDecisions(complain: Complain) {
  const against = new Map<string, Against>()
  return {
    committed({ scheduler, retention }: World, { collection, before, after }: Written): void {
      if (collection !== 'reservations') return
      const grant = String((after ?? before)?.grantId)
      const known = against.get(grant)
      if (before && before.status !== 'ACTIVE' && after && after.status !== before.status)
        complain('I9', `grant ${grant} was ${before.status} and is ${after.status}`)
      if (after?.status === 'CONFIRMED' && known)
        complain('I9', `grant ${grant}, decided ${known.status}, was sold`)
      if (before && !after) {
        // The end of a world deletes what goes in a year, so it counts when the record says that it may go.
        const expiresMs = (before.expiresAt as Date | null)?.getTime() ?? 0
        const isTimely = known && expiresMs >= known.atMs + retention.endedHoldMs / 2
        if (!isAgainst(before.status) || !isTimely)
          complain('I9', `reservations lost ${JSON.stringify(before)}`)
      }
      if (after && isAgainst(after.status) && !known)
        against.set(grant, { status: String(after.status), atMs: scheduler.now() })
    },
  }
}
