/** What becomes of holds, as the log of the inventory tells it. */
export const holdEnds = ['held', 'extended', 'released', 'expired'] as const

/** What repair looks for, by its name in the runbook. */
export const invariants = ['I1', 'I2', 'I3'] as const
export type Invariant = (typeof invariants)[number]

/**
 * Why core refuses what it could not answer in time: its event loop is late, its app has too many requests waiting, the
 * turn did not come, the time was over before the work began, or too many passwords wait to be hashed.
 */
export const shedReasons = ['event_loop', 'app_queue', 'no_turn', 'too_late', 'passwords'] as const
export type ShedReason = (typeof shedReasons)[number]
