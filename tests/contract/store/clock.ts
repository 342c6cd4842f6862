import { systemPlatform } from '@holdfast/contract'
import type { MongoClock } from '@holdfast/core/src/store/mongo/sessions.ts'

/** Longer than anything of a test takes: its time is over only where the test puts the clock forward. */
export const longMs = 120_000

/** A clock that runs, and can be put forward: deadlines pass then, at once. */
export function createClock() {
  let aheadMs = 0
  const deadlines = new Set<{ readonly untilMs: number; readonly over: AbortController }>()
  const now = () => systemPlatform.now() + aheadMs
  const platform = {
    ...systemPlatform,
    now,
    deadline(ms) {
      const over = new AbortController()
      deadlines.add({ untilMs: now() + ms, over })
      return AbortSignal.any([over.signal, systemPlatform.deadline(ms)])
    },
  } satisfies MongoClock
  return {
    platform,
    pass(ms: number): void {
      aheadMs += ms
      for (const deadline of deadlines) {
        if (deadline.untilMs > now()) continue
        deadlines.delete(deadline)
        deadline.over.abort()
      }
    },
  }
}
