/** An invariant of guarantees.md, and how a world broke it. */
export interface Violation {
  readonly invariant: string
  readonly what: string
}

/** Says that an invariant was broken. */
export type Complain = (invariant: string, what: string) => void
