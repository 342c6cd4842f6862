import type { Platform } from '@holdfast/contract'
import type { MiddlewareHandler } from 'hono'
import type { Log } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import type { Repair } from '../reconcile/loop.ts'
import { countedLog } from './count-lines.ts'
import { countRequests } from './count-requests.ts'
import { createInstruments } from './instruments.ts'
import type { Observe } from './observe.ts'

/** What Prometheus is told of one core, and the places where it is counted. */
export interface Metrics {
  /** Times statements, scripts and stages. */
  readonly observe: Observe
  /** Counts and times requests. */
  readonly requests: MiddlewareHandler<CoreEnv>
  /** Counts lines of the log, too. */
  readonly counted: (log: Log) => Log
  /** From now on tells of the lease, and of the outbox while this core has it. */
  watch(repair: Repair): void
  /** The text that Prometheus reads, and what it is called. */
  text(): Promise<string>
  readonly contentType: string
}

/** Metrics of which none has moved yet. */
export function createMetrics({ now }: Pick<Platform, 'now'>): Metrics {
  const to = createInstruments()
  const timers = {
    store: (name: string) => to.storeSeconds.startTimer({ operation: name }),
    redis: (name: string) => to.redisSeconds.startTimer({ script: name }),
    stage: (name: string) => to.stageSeconds.startTimer({ stage: name }),
  }
  let repair: Repair | undefined
  const look = () => {
    to.leaseHeld.set(repair?.isOurs() ? 1 : 0)
    const [backlog, share] = [repair?.backlog() ?? null, repair?.addressShare() ?? null]
    if (share === null) to.addressShare.remove()
    else to.addressShare.set(share)
    // Who does not look has nothing to tell: an old number would be taken for what is.
    if (backlog === null)
      return [to.outboxOpen, to.outboxOldest, to.deadLetters].forEach((one) => {
        one.remove()
      })
    to.outboxOpen.set(backlog.open)
    to.outboxOldest.set(
      backlog.oldestAt === null ? 0 : Math.max(0, now() - backlog.oldestAt.getTime()) / 1_000,
    )
    to.deadLetters.set(backlog.dead)
  }
  return {
    observe: async ({ kind, name }, run) => {
      // A stage of a confirm tells how long payments take, and the backlog how rows fare.
      if (kind === 'provider' || kind === 'row') return run()
      const end = timers[kind](name)
      try {
        return await run()
      } finally {
        end()
      }
    },
    requests: countRequests(to),
    counted: (log) => countedLog(log, to),
    watch: (watched) => {
      repair = watched
    },
    text: () => {
      look()
      return to.registry.metrics()
    },
    contentType: to.registry.contentType,
  }
}
