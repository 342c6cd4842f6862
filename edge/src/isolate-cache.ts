/** A bounded memory of one isolate: the longest unused goes first, and nothing outlives its time. */
export interface IsolateCache<Value> {
  get(key: string): Value | undefined
  /** `weight` is what the entry takes of the bound, in whatever unit that was given. */
  set(key: string, value: Value, ttlMs: number, weight?: number): void
  deleteWhere(matches: (key: string) => boolean): void
}

interface Entry<Value> {
  readonly value: Value
  readonly untilMs: number
  readonly weight: number
}

/** An empty memory for entries of `weightMax` together. */
export function createIsolateCache<Value>(now: () => number, weightMax: number): IsolateCache<Value> {
  // A Map keeps the order of insertion, so its first key is the longest unused.
  const entries = new Map<string, Entry<Value>>()
  let total = 0

  const drop = (key: string): void => {
    total -= entries.get(key)?.weight ?? 0
    entries.delete(key)
  }

  return {
    get(key) {
      const entry = entries.get(key)
      if (!entry) return undefined
      if (entry.untilMs <= now()) {
        drop(key)
        return undefined
      }
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set(key, value, ttlMs, weight = 1) {
      drop(key)
      if (weight > weightMax) return
      entries.set(key, { value, untilMs: now() + ttlMs, weight })
      total += weight
      for (const oldest of entries.keys()) {
        if (total <= weightMax) break
        drop(oldest)
      }
    },
    deleteWhere(matches) {
      for (const key of [...entries.keys()]) if (matches(key)) drop(key)
    },
  }
}
