import type { Running } from '../../edge/dev/processes.ts'

/** Stops a program where it is (SIGSTOP), as a long pause of its machine would, does the work, and lets it go on. */
export async function whileStopped<Result>(
  { pid }: Pick<Running, 'pid'>,
  work: () => Promise<Result>,
): Promise<Result> {
  process.kill(pid, 'SIGSTOP')
  try {
    return await work()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}
