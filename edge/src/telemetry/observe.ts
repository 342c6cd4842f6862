/** What a request of the edge waits for. Its name is one of a few, never an id. */
export interface Step {
  readonly of: 'limiter' | 'cache' | 'redis' | 'core' | 'challenge'
  readonly name: string
}

/** What a step is told of the trace that it is in: the header to send along, if anything is traced. */
export interface Within {
  readonly traceparent?: string | undefined
}

/** Runs a step of a request and looks on. What it gives and throws passes unchanged; nothing here fails it. */
export type Observe = <Result>(step: Step, run: (within: Within) => Promise<Result>) => Promise<Result>

/** Who can be looked on: whoever calls on behalf of a request. */
export interface Observed {
  readonly observe: Observe
}

/** Nobody looks. */
export const unobserved: Observe = (_, run) => run({})
