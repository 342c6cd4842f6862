import { retriesPerCall, retriesSavedMax } from '@holdfast/contract'

/** How many calls may be sent again: a share of all, so that a core in trouble gets little more than its usual load. */
export interface RetryBudget {
  /** Counts a call, which earns its share. */
  earn(): void
  /** Takes one retry; false when none is left. */
  spend(): boolean
}

/** A budget that is full. */
export function createRetryBudget(): RetryBudget {
  let saved = retriesSavedMax
  return {
    earn() {
      saved = Math.min(retriesSavedMax, saved + retriesPerCall)
    },
    spend() {
      if (saved < 1) return false
      saved -= 1
      return true
    },
  }
}
