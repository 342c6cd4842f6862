import type { Random } from './scheduler.ts'

/** What becomes of one message and its answer. */
export type Fate = 'arrives' | 'lost' | 'unanswered' | 'twice' | 'late'

/** Between which two a message goes. */
export type Wire = 'buyer' | 'core' | 'redis' | 'store' | 'bank'

/** How often each thing goes wrong in one world; 0 is never. */
export interface Faults {
  /** How much longer everything takes. */
  readonly slow: number
  /** Of one message. */
  readonly lost: number
  readonly unanswered: number
  readonly twice: number
  readonly late: number
  /** Of one commit: its outcome is not told, or its core dies right after it. */
  readonly commitUnknown: number
  readonly commitThenDie: number
  /** Of one statement of a transaction: another was faster. */
  readonly conflict: number
  /** Of one thing that goes on in a core or an edge. */
  readonly crash: number
  /** Of one minute of a world. */
  readonly pauses: number
  readonly clockSteps: number
  readonly rollbacks: number
  readonly flushes: number
  readonly scriptFlushes: number
  /** Of one look at a map: a replica answers that was left behind. */
  readonly stale: number
}

const none: Faults = {
  slow: 0,
  lost: 0,
  unanswered: 0,
  twice: 0,
  late: 0,
  commitUnknown: 0,
  commitThenDie: 0,
  conflict: 0,
  crash: 0,
  pauses: 0,
  clockSteps: 0,
  rollbacks: 0,
  flushes: 0,
  scriptFlushes: 0,
  stale: 0,
}

/** What may go wrong, and how often at most. */
const worst: Faults = {
  slow: 60,
  lost: 0.04,
  unanswered: 0.04,
  twice: 0.05,
  late: 0.03,
  commitUnknown: 0.3,
  commitThenDie: 0.1,
  conflict: 0.1,
  crash: 0.006,
  pauses: 1.5,
  clockSteps: 1.5,
  rollbacks: 1,
  flushes: 0.5,
  scriptFlushes: 1,
  stale: 0.5,
}

/**
 * What goes wrong in a world. Each seed has a few kinds of faults and not the others: where everything fails at once,
 * nothing gets far enough to go wrong in an interesting way.
 */
export function faultsOf(random: Random): Faults {
  const faults: Record<string, number> = { ...none }
  for (const [kind, most] of Object.entries(worst)) {
    if (random.chance(0.4)) faults[kind] = most * random.fraction()
  }
  return faults as unknown as Faults
}

export const noFaults = none

/** How long a message takes, in milliseconds. */
export const latencyOf = (random: Random, { slow }: Faults): number =>
  Math.ceil(random.between(1, 15) * (1 + slow * random.fraction()))

/** How late a late one is: some are later than a lease. */
export const delayOf = (random: Random): number =>
  random.chance(0.5) ? random.between(100, 9_000) : random.between(9_000, 90_000)

/** Decides what becomes of one message. */
export function fateOf(random: Random, { lost, unanswered, twice, late }: Faults): Fate {
  let chance = random.fraction()
  for (const [fate, probability] of [
    ['lost', lost],
    ['unanswered', unanswered],
    ['twice', twice],
    ['late', late],
  ] as const) {
    if (chance < probability) return fate
    chance -= probability
  }
  return 'arrives'
}
