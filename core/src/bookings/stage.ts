import type { Core } from '../context.ts'

/** Where the time of a confirm goes. What it settles comes after the answer. */
type Stage = 'claim' | 'replay' | 'payment' | 'commit' | 'settle'

/** Runs a stage of a confirm, which somebody may look on. */
export const stage = <Result>(
  { observe }: Pick<Core, 'observe'>,
  name: Stage,
  run: () => Promise<Result>,
): Promise<Result> => observe({ kind: 'stage', name }, run)
