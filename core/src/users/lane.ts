import type { Platform } from '@holdfast/contract'
import { Overloaded } from '../http/overloaded.ts'

/** How much a lane takes on. */
export interface LaneLimits {
  /** Works that run at once. */
  readonly runningMax: number
  /** Works that wait for one of those to end; one more is refused. */
  readonly waitingMax: number
  /** How long a work waits for its turn. What has begun is finished. */
  readonly waitMsMax: number
}

/** Runs a work when its turn comes. @throws Problem `overloaded` when there is no room, or no turn in time. */
export type Lane = <Result>(work: () => Promise<Result>) => Promise<Result>

const overloaded = () => new Overloaded('passwords')

/** A queue with bounds: first come, first served, and whoever cannot be served soon is told so at once. */
export function createLane(
  platform: Pick<Platform, 'deadline'>,
  { runningMax, waitingMax, waitMsMax }: LaneLimits,
): Lane {
  let running = 0
  /** What lets each waiting work begin, in the order of their coming. */
  const waiting = new Set<() => void>()

  const turn = () =>
    new Promise<void>((resolve, reject) => {
      const deadline = platform.deadline(waitMsMax)
      const begin = () => {
        deadline.removeEventListener('abort', giveUp)
        waiting.delete(begin)
        resolve()
      }
      const giveUp = () => {
        waiting.delete(begin)
        reject(overloaded())
      }
      deadline.addEventListener('abort', giveUp, { once: true })
      waiting.add(begin)
    })

  return async function inLane(work) {
    if (running < runningMax) running += 1
    else if (waiting.size < waitingMax) await turn()
    else throw overloaded()
    try {
      return await work()
    } finally {
      // The place is handed on, not given back, so that no newcomer slips in between.
      const [next] = waiting
      if (next) next()
      else running -= 1
    }
  }
}
