/**
 * Judges what buyers saw of their holds against I4 and I5, by Redis's clock alone. It knows nothing of how holds are
 * made: only what was asked, what was answered, and between which times of that clock it must have happened.
 */

/** One call about a grant, as its caller saw it. */
export interface Act {
  /** `end`: a release, or that core decided against the grant. `book`: a confirm. */
  readonly does: 'hold' | 'extend' | 'pin' | 'end' | 'book'
  readonly grantId: string
  /** All the seats of the grant. */
  readonly seats: readonly string[]
  /** It did not happen before, nor after, by Redis's clock. Of what nobody knows the second is never. */
  readonly fromMs: number
  readonly toMs: number
  /** `refused`: for the lock alone, as one whose time is over, or that is somebody else's, or is not known. */
  readonly outcome: 'done' | 'refused' | 'unknown'
  /** Of what was done and is kept until then: a hold, an extension, a pin. */
  readonly untilMs?: number
}

/** Redis lost something: what was granted before is nobody's promise any more. */
export interface Loss {
  readonly fromMs: number
}

/** A promise that was broken. */
export interface Violation {
  readonly invariant: 'I4' | 'I5'
  readonly what: string
}

/** What is certain of a grant: from when and until when it had its seats at the least. */
interface Holding {
  readonly grantId: string
  readonly seats: readonly string[]
  readonly startMs: number
  readonly endMs: number
}

/**
 * What a grant has for certain. It begins when it is known to have been made; what nobody knows may have ended it at
 * any time since that was asked, and never prolongs it.
 */
function holdingOf(grantId: string, acts: readonly Act[], losses: readonly Loss[]): Holding | null {
  const done = acts.filter(({ outcome, does }) => outcome === 'done' && does !== 'end')
  const [first] = done
  if (!first) return null
  const startMs = Math.min(...done.map(({ toMs }) => toMs))
  const keptMs = Math.max(...done.map(({ does, untilMs }) => (does === 'book' ? Infinity : (untilMs ?? 0))))
  const endings = acts.filter(({ does, outcome }) => does === 'end' && outcome !== 'refused')
  const lost = losses.filter(({ fromMs }) => fromMs >= startMs)
  const endMs = Math.min(keptMs, ...[...endings, ...lost].map(({ fromMs }) => fromMs))
  return { grantId, seats: first.seats, startMs, endMs }
}

/** I4: seats that two grants have for certain at one instant. */
function overlapsOf(seat: string, holdings: readonly Holding[]): Violation[] {
  const violations: Violation[] = []
  let last: Holding | undefined
  for (const next of holdings.toSorted((a, b) => a.startMs - b.startMs)) {
    if (last && next.startMs < Math.min(last.endMs, next.endMs)) {
      const what = `${seat} was given to ${next.grantId} at ${next.startMs}, and is ${last.grantId}'s until ${last.endMs}`
      violations.push({ invariant: 'I4', what })
    }
    if (!last || next.endMs > last.endMs) last = next
  }
  return violations
}

/** Audits a whole history. The order of the acts does not matter. */
export function auditHolds(acts: readonly Act[], losses: readonly Loss[] = []): Violation[] {
  const byGrant = Map.groupBy(acts, ({ grantId }) => grantId)
  const holdings = [...byGrant]
    .map(([grantId, own]) => holdingOf(grantId, own, losses))
    .filter((one) => one !== null)
  const bySeat = Map.groupBy(
    holdings.flatMap((holding) => holding.seats.map((seat) => ({ seat, holding }))),
    ({ seat }) => seat,
  )
  const overlaps = [...bySeat].flatMap(([seat, entries]) =>
    overlapsOf(
      seat,
      entries.map(({ holding }) => holding),
    ),
  )
  const known = new Map(holdings.map((holding) => [holding.grantId, holding]))
  const refusals = acts.flatMap(({ does, outcome, grantId, fromMs, toMs }): Violation[] => {
    const holding = known.get(grantId)
    if (outcome !== 'refused' || !holding) return []
    const isInTime = fromMs >= holding.startMs && toMs < holding.endMs
    const what = `${does} of ${grantId} was refused by ${toMs}, and it is kept until ${holding.endMs}`
    return isInTime ? [{ invariant: 'I5', what }] : []
  })
  return [...overlaps, ...refusals]
}
