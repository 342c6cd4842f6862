import { Problem, type ProblemExtras, problems } from '@holdfast/contract'

/**
 * For whoever has had their share: they may come again after so long, in whole seconds and never at once.
 *
 * @param advice what they can do, where that is more than to wait.
 */
export const rateLimited = (
  waitMs: number,
  extras: ProblemExtras = {},
  advice: string = problems.rate_limited.advice,
): Problem =>
  new Problem(
    { code: 'rate_limited', ...problems.rate_limited, advice },
    extras,
    Math.max(1, Math.ceil(waitMs / 1_000)),
  )
