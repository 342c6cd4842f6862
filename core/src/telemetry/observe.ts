/**
 * A piece of work that takes time: a statement, a script, a call of a payment provider, a stage of a confirm, or a row of
 * the outbox. Its name is one of a few, never an id.
 */
export interface Work {
  readonly kind: 'store' | 'redis' | 'provider' | 'stage' | 'row'
  readonly name: string
}

/**
 * Runs a piece of work and looks on: how long it took, and whether it threw. What it gives and throws passes unchanged;
 * an observer never fails it.
 */
export type Observe = <Result>(work: Work, run: () => Promise<Result>) => Promise<Result>

/** Nobody looks. */
export const unobserved: Observe = (_, run) => run()

/** All of them look: the first from outside. */
export const observedByAll = (...observers: readonly Observe[]): Observe =>
  observers.reduceRight<Observe>(
    (inner, outer) => (work, run) => outer(work, () => inner(work, run)),
    unobserved,
  )
