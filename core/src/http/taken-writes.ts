import { assertionTtlSeconds, clockToleranceSeconds, type Platform, takenWritesMax } from '@holdfast/contract'
import type { Log } from '../context.ts'

/** Takes a write by the id of its assertion; false: it was taken before. */
export type TakeWrite = (id: string) => boolean

/** So long after it has come an assertion may be good, whatever the two clocks say. */
const goodMs = (assertionTtlSeconds + 2 * clockToleranceSeconds) * 1_000

/**
 * Lets each signed write in once, so that nobody who sees it pass has its effect again. Several cores do not share this: that
 * a write of the operator or of a server counts once with all of them follows from its entry in the audit log, which is
 * written with it under an id that is made of the same assertion. What is above `countMax` is forgotten, oldest first, which is
 * told once: the oldest are nearest their end.
 */
export function createTakenWrites(
  platform: Pick<Platform, 'now'>,
  log: Log,
  countMax = takenWritesMax,
): TakeWrite {
  // A Map keeps the order of insertion, which is the order in which they end.
  const untilMs = new Map<string, number>()
  let isTold = false

  const forget = (nowMs: number): void => {
    for (const [id, endMs] of untilMs) {
      const isGood = endMs > nowMs
      if (isGood && untilMs.size < countMax) return
      untilMs.delete(id)
      if (!isGood || isTold) continue
      isTold = true
      log({
        level: 'warn',
        event: 'taken_writes_full',
        countMax,
        next: 'run more cores: each remembers its own',
      })
    }
  }

  return (id) => {
    if (untilMs.has(id)) return false
    const nowMs = platform.now()
    forget(nowMs)
    untilMs.set(id, nowMs + goodMs)
    return true
  }
}
