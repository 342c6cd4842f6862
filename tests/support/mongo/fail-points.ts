import type { Doc } from './values.ts'

/** What a fail point does to the command it meets; `before` or `after` the command has taken effect. */
export type Action =
  /** Closes the connection without an answer. */
  | { readonly kind: 'drop'; readonly when: 'before' | 'after' }
  /** Answers this error. */
  | {
      readonly kind: 'fail'
      readonly when: 'before' | 'after'
      readonly code: number
      readonly codeName?: string
      readonly errorLabels?: readonly string[]
    }
  /** Lets the command or its answer wait: so long, and for whatever the test does meanwhile. */
  | {
      readonly kind: 'delay'
      readonly when: 'before' | 'after'
      readonly ms: number
      readonly until?: Promise<unknown>
    }
  /**
   * Stops being primary until the next election: answers NotWritablePrimary, aborts open transactions and
   * interrupts other writes. Connections stay (manual/reference/command/replSetStepDown, "Client Connections")
   * unless it `closes` them, as a primary does that goes down. With `after`, the command has taken effect.
   */
  | { readonly kind: 'stepDown'; readonly when: 'before' | 'after'; readonly closes?: true }
  /** Takes effect, and answers that a majority did not acknowledge it in time. */
  | { readonly kind: 'refuseMajority' }
  /** Aborts the transaction before the command, as when its lifetime is over. */
  | { readonly kind: 'expireTransaction' }

/**
 * Commits, and answers as a server does that ran out of time: nobody can say. `withTransaction` does not ask again
 * after this code (specifications, transactions-convenient-api.md, "commitTransaction errors").
 */
export const unknownCommit = {
  kind: 'fail',
  when: 'after',
  code: 50,
  codeName: 'MaxTimeMSExpired',
  errorLabels: ['UnknownTransactionCommitResult'],
} as const satisfies Action

/** Which commands meet an action: those of this name (every one without) that `where` accepts. */
export interface FailPoint {
  readonly command?: string
  readonly where?: (command: Doc) => boolean
  /** The first of them that does, counted from 1; the first when absent. */
  readonly nth?: number
  /** How many in a row do; one when absent. */
  readonly times?: number
  readonly action: Action
}

/** The fail points of a server (as `failCommand` of mongo/wiki "The failCommand fail point", with more to do). */
export interface FailPoints {
  /** Adds one; what it returns takes it away and says how often it was met. */
  add(point: FailPoint): () => number
  clear(): void
  /** The actions for this command, each counted as met. */
  meet(name: string, command: Doc): readonly Action[]
}

/** No fail points. */
export function createFailPoints(): FailPoints {
  const points = new Set<{ readonly point: FailPoint; seen: number; met: number }>()
  return {
    add: (point) => {
      const entry = { point, seen: 0, met: 0 }
      points.add(entry)
      return () => {
        points.delete(entry)
        return entry.met
      }
    },
    clear: () => points.clear(),
    meet: (name, command) => {
      const actions: Action[] = []
      for (const entry of points) {
        const { command: wanted = name, where = () => true, nth = 1, times = 1, action } = entry.point
        if (wanted !== name || !where(command)) continue
        entry.seen += 1
        if (entry.seen < nth || entry.seen >= nth + times) continue
        entry.met += 1
        actions.push(action)
      }
      return actions
    },
  }
}
