import type { Platform } from '@holdfast/contract'

/** In so many turns a deadline passes. */
const turnsOfDeadline = 4
/** After so many turns it passes however late they were: nobody waits for ever, and no timer outlives its call for long. */
const turnsMax = 3 * turnsOfDeadline
/** A turn that ends so much later than it should, as a part of its length, was not spent listening. */
const latenessMax = 0.1

/**
 * Aborts when nothing has come in `ms` in which this program listened, and after three times as long in any case.
 *
 * A rush can keep one thread busy for seconds, and meanwhile it neither sends what it has begun nor reads what has come: a
 * deadline by the clock alone would blame Redis for that. This one passes in turns, and one that ended late is not
 * counted, since it was not the other side that kept us waiting.
 */
export function listeningDeadline(
  { now, deadline }: Pick<Platform, 'now' | 'deadline'>,
  ms: number,
): AbortSignal {
  const controller = new AbortController()
  const turnMs = ms / turnsOfDeadline
  const listen = (turns: number, left: number) => {
    if (turns === 0 || left === 0) return controller.abort()
    const dueMs = now() + turnMs * (1 + latenessMax)
    const isOver = () => listen(now() > dueMs ? turns : turns - 1, left - 1)
    deadline(turnMs).addEventListener('abort', isOver, { once: true })
  }
  listen(turnsOfDeadline, turnsMax)
  return controller.signal
}
