import { type Platform, systemPlatform } from '@holdfast/contract'

/** A machine whose time passes only when it is told to; randomness and digests are the machine's own. */
export interface Clock {
  readonly platform: Platform
  /** A millisecond goes by, or so many: what happens afterwards is later than what was before. */
  tick(ms?: number): void
  /** Goes on to whatever is waited for next; false when nothing is. */
  pass(): boolean
  /** Whether anybody sleeps. */
  isSleptOn(): boolean
}

interface Timer {
  readonly atMs: number
  readonly ring: () => void
}

/** A clock that begins now, since Redis has its own. */
export function createClock(): Clock {
  let nowMs = systemPlatform.now()
  const timers = new Set<Timer>()
  let sleepers = 0
  const inMs = (ms: number, ring: () => void) => timers.add({ atMs: nowMs + ms, ring })
  return {
    platform: {
      ...systemPlatform,
      now: () => nowMs,
      async sleep(ms) {
        sleepers += 1
        await new Promise<void>((resolve) => inMs(ms, resolve))
        sleepers -= 1
      },
      deadline(ms) {
        const controller = new AbortController()
        inMs(ms, () => controller.abort())
        return controller.signal
      },
    },
    tick: (ms = 1) => {
      nowMs += ms
    },
    isSleptOn: () => sleepers > 0,
    pass() {
      const atMs = Math.min(...[...timers].map((timer) => timer.atMs))
      if (atMs === Number.POSITIVE_INFINITY) return false
      nowMs = Math.max(nowMs, atMs)
      for (const timer of timers) {
        if (timer.atMs > nowMs) continue
        timers.delete(timer)
        timer.ring()
      }
      return true
    },
  }
}
