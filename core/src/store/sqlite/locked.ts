import type { Clock } from '../budget.ts'
import { StoreError } from '../store.ts'

/** How often a lock of another process is tried. SQLite would wait itself, but stop this whole process meanwhile. */
const lockPollMs = 10

/** Tries again while the database is `unavailable`, until the time is up. */
export async function whileLocked<Result>(
  clock: Clock,
  isOver: () => boolean,
  attempt: () => Result,
): Promise<Result> {
  for (;;) {
    try {
      return attempt()
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'unavailable') || isOver()) throw error
    }
    await clock.sleep(lockPollMs)
  }
}
