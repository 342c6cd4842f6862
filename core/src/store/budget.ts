import type { Platform } from '@holdfast/contract'
import { StoreError } from './store.ts'

/** The parts of the machine that a store needs. */
export type Clock = Pick<Platform, 'now' | 'sleep' | 'deadline'>

/** The time that a caller gives. */
export interface Budget {
  /** Rejects when the time is up: ends what waits. */
  readonly over: Promise<never>
  /** Throws when the time is up: ends what never waited, so that no timer could fire. */
  check(): void
  /** Whether the time is up. */
  isOver(): boolean
  /** Lets the timer go. */
  end(): void
}

/** Starts the clock. When the time is up, the error is a StoreError `unavailable`. */
export function startBudget(clock: Clock, budgetMs: number): Budget {
  const until = clock.now() + budgetMs
  const over = Promise.withResolvers<never>()
  // Nobody may be waiting for it at that moment.
  over.promise.catch(() => {})
  const late = () =>
    new StoreError(
      'unavailable',
      `nothing was changed within ${budgetMs} ms: other writers, or the work itself, took too long`,
    )
  const timer = clock.deadline(Math.max(0, Math.ceil(budgetMs)))
  const giveUp = () => over.reject(late())
  timer.addEventListener('abort', giveUp)
  const isOver = () => timer.aborted || clock.now() >= until
  return {
    over: over.promise,
    isOver,
    check: () => {
      if (isOver()) throw late()
    },
    end: () => timer.removeEventListener('abort', giveUp),
  }
}
