import type { Platform } from '@holdfast/contract'
import type { Documents } from '../store/schema.ts'

/** What the holder of the lease tells of itself. */
export type Standing = NonNullable<Documents['leases']['standing']>
type Round = Standing['rounds'][number]

/** Writes down how the rounds of background work went, in this process. */
export interface RoundsTold {
  /** Runs one round and notes when it ended, how long it took, and whether it threw. */
  note(name: string, work: () => Promise<unknown>): Promise<void>
  /** The last round of each kind, as the lease tells it. */
  standing(since: Date): Standing
}

/** Nothing was done yet. */
export function createRoundsTold({ now }: Pick<Platform, 'now'>, host: string): RoundsTold {
  const rounds = new Map<string, Round>()
  return {
    async note(name, work) {
      const beganMs = now()
      const { count = 0, failures = 0 } = rounds.get(name) ?? {}
      const end = (failed: number) => {
        const endedMs = now()
        const tookMs = Math.max(0, endedMs - beganMs)
        const round = {
          name,
          endedAt: new Date(endedMs),
          tookMs,
          count: count + 1,
          failures: failures + failed,
        }
        rounds.set(name, round)
      }
      try {
        await work()
        end(0)
      } catch (error) {
        end(1)
        throw error
      }
    },
    standing: (since) => ({ host, since, rounds: [...rounds.values()] }),
  }
}
