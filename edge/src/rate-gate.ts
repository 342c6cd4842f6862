import { limiterCallMs, type Platform } from '@holdfast/contract'
import { within } from './deadline.ts'
import type { Limiter, LimitRule, LimitState } from './ports.ts'

/**
 * Who counts. `local` and `closed`: the limiter that all edges share; when it is out, this isolate goes by what it has
 * counted itself, or lets nobody pass. `alone`: this isolate, and nobody is asked.
 */
export type GatePolicy = 'local' | 'closed' | 'alone'

/** What all limits of one request say together. */
export interface GateWord {
  /** `unknown`: the limiter is out, and the policy is to let nobody pass. */
  readonly word: 'passed' | 'refused' | 'unknown'
  /** The limit that has the least left; of a refusal, the one that lasts longest. */
  readonly tightest: LimitState | undefined
  readonly pending: readonly Promise<unknown>[]
}

/** Counts one request against all of its limits at once: one round trip, however many there are. */
export type RateGate = (rules: readonly LimitRule[], policy: GatePolicy) => Promise<GateWord>

/**
 * A gate before a limiter that all edges share. What this isolate asks about is counted here too, at once: of a rush, whose
 * requests come before the first word of the limiter, no more than the limit is asked about there.
 */
export function createRateGate(
  shared: Limiter,
  own: Limiter,
  platform: Pick<Platform, 'deadline'>,
): RateGate {
  const take = async (rule: LimitRule, policy: GatePolicy): Promise<LimitState | null> => {
    const here = await own(rule)
    if (policy === 'alone' || !here.allowed) return here
    try {
      return await within(platform.deadline(limiterCallMs), shared(rule))
    } catch {
      return policy === 'closed' ? null : here
    }
  }

  return async (rules, policy) => {
    const taken = await Promise.all(rules.map((rule) => take(rule, policy)))
    const states = taken.filter((state) => state !== null)
    const pending = states.flatMap((state) => (state.pending ? [state.pending] : []))
    const refusal = states.filter((state) => !state.allowed).sort((a, b) => b.resetMs - a.resetMs)[0]
    if (refusal) return { word: 'refused', tightest: refusal, pending }
    const tightest = states.sort((a, b) => a.remaining - b.remaining)[0]
    return { word: states.length < taken.length ? 'unknown' : 'passed', tightest, pending }
  }
}

/** Counts in the memory of one isolate, in fixed windows, under a bounded number of keys. */
export function createLocalLimiter(platform: Pick<Platform, 'now'>, keysMax: number): Limiter {
  const buckets = new Map<string, { window: number; used: number }>()
  return async ({ key, limit, windowMs, cost = 1 }) => {
    const window = Math.floor(platform.now() / windowMs)
    const bucket = buckets.get(key)
    const before = bucket?.window === window ? bucket.used : 0
    const used = Math.min(before + cost, limit + 1)
    if (buckets.size >= keysMax && !bucket) buckets.clear()
    buckets.set(key, { window, used })
    const resetMs = (window + 1) * windowMs
    return { allowed: before < limit, limit, remaining: Math.max(0, limit - used), resetMs }
  }
}
