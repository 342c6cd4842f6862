import { type Platform, systemPlatform } from '@holdfast/contract'

/** So long a test waits for what must come: no promise and no measure, only that a test which hangs ends. */
export const patienceMs = 120_000

/** The machine's own platform, but for deadlines, which end only what hangs: for calls that must all be answered. */
export const patientPlatform: Platform = {
  ...systemPlatform,
  deadline: (ms) => systemPlatform.deadline(Math.max(ms, patienceMs)),
}

/** So long it waits before it asks again: twice as long each time, up to the most. */
const [pauseMsMin, pauseMsMaxDefault] = [5, 80]

/**
 * Asks again and again, ever less often because asking takes the machine from whoever does what is waited for, until the
 * answer is yes; a no when all patience is over fails the test.
 */
export async function until(
  condition: () => Promise<boolean>,
  deadlineMs = patienceMs,
  pauseMsMax = pauseMsMaxDefault,
): Promise<void> {
  const start = performance.now()
  let pauseMs = pauseMsMin
  while (!(await condition())) {
    if (performance.now() - start > deadlineMs) throw new Error(`not so within ${deadlineMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    pauseMs = Math.min(2 * pauseMs, pauseMsMax)
  }
}

/** Runs the tasks with at most `width` of them in flight, and gives their results in order. */
export async function inFlight<Result>(
  width: number,
  tasks: readonly (() => Promise<Result>)[],
): Promise<Result[]> {
  const results: Result[] = []
  const queue = tasks.entries()
  const work = async () => {
    for (const [i, task] of queue) results[i] = await task()
  }
  await Promise.all(Array.from({ length: width }, work))
  return results
}
