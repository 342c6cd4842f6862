import { monitorEventLoopDelay } from 'node:perf_hooks'
import { eventLoopWindowMs, type Platform } from '@holdfast/contract'

const resolutionMs = 20

/** The mean delay since it was asked last, in milliseconds; null when the loop has not turned since. */
type Sampler = () => number | null

const nodeSampler = (): Sampler => {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  return () => {
    // Each sample is the time between two ticks of a timer, the time it was set to included.
    const meanMs = histogram.count === 0 ? null : histogram.mean / 1e6 - resolutionMs
    histogram.reset()
    return meanMs
  }
}

/**
 * Watches how late the event loop is: the smaller delay of the last two windows, so that one long pause, which is over,
 * turns nobody away.
 */
export function watchEventLoop({ now }: Pick<Platform, 'now'>, sample = nodeSampler()): () => number {
  let [beganMs, before, last] = [now(), 0, 0]
  return () => {
    const lengthMs = now() - beganMs
    if (lengthMs >= eventLoopWindowMs) {
      before = last
      last = Math.max(0, sample() ?? lengthMs)
      beganMs += lengthMs
    }
    return Math.min(before, last)
  }
}
