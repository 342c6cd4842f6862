import { clockToleranceSeconds } from '@holdfast/contract'
import { type Finding, fail, ok, warn } from './finding.ts'

/** A look at somebody else's clock, in milliseconds since 1970. */
export interface Reading {
  readonly askedAtMs: number
  readonly answeredAtMs: number
  readonly theirMs: number
  /** What they tell is so coarse, cut off. */
  readonly stepMs?: number
}

/** People notice an opening that is so late. */
const noticedMs = 1_000

/** Compares a clock with that of this machine; what the way there may have taken is not held against it. */
export function clockFinding(
  whose: string,
  { askedAtMs, answeredAtMs, theirMs, stepMs = 0 }: Reading,
): Finding {
  const check = `clock of ${whose}`
  const marginMs = (answeredAtMs - askedAtMs + stepMs) / 2
  const offByMs = theirMs + stepMs / 2 - (askedAtMs + answeredAtMs) / 2
  const certainMs = Math.max(0, Math.abs(offByMs) - marginMs)
  const found = `${(Math.abs(offByMs) / 1_000).toFixed(1)} s ${offByMs < 0 ? 'behind' : 'ahead of'} this machine's, give or take ${(marginMs / 1_000).toFixed(1)} s`
  const next = 'let both machines follow a time server (NTP, chrony)'
  if (certainMs > clockToleranceSeconds * 1_000) {
    return fail(
      check,
      found,
      `${next}: tokens are good for clocks that differ by at most ${clockToleranceSeconds} s`,
    )
  }
  return certainMs > noticedMs ? warn(check, found, next) : ok(check, found)
}
