import { endpointsAtOnceMax, failingEndpointsAtOnceMax, faultNameOf } from '@holdfast/contract'
import type { EndpointDoc } from '../store/schema.ts'
import { everyApp, type Store } from '../store/store.ts'
import type { Delivering } from './attempt-delivery.ts'
import { workOffQueue } from './work-off-queue.ts'

/** Pause between two looks for queues in which something is due. */
const roundMs = 500

/** The queues that are being worked off. */
export interface Lanes {
  /** Begins with every queue in which something is due and that nobody here works on, and waits for none of them. */
  begin(): Promise<void>
  /** Resolves when none is being worked off any more. */
  ended(): Promise<void>
}

/**
 * A lane for each endpoint with something due. No endpoint waits for another: those that fail have lanes of their own,
 * so many that they delay each other at worst, and never one that answers.
 */
export function openLanes(ctx: Delivering, isStopping: () => boolean = () => false): Lanes {
  const running = {
    answering: new Map<string, Promise<void>>(),
    failing: new Map<string, Promise<void>>(),
  }
  const isRunning = (key: string) => running.answering.has(key) || running.failing.has(key)
  const begin = async (kind: keyof typeof running, max: number) => {
    const lanes = running[kind]
    const room = max - lanes.size
    if (room < 1) return
    for (const endpoint of await dueEndpoints(ctx, kind, max)) {
      const key = `${endpoint.appId}/${endpoint.endpointId}`
      if (lanes.size >= max) return
      if (isRunning(key)) continue
      const lane = workOffQueue(ctx, endpoint, isStopping)
        .catch((error: unknown) => {
          const fault = faultNameOf(error)
          ctx.log({ level: 'error', event: 'deliveries_failed', appId: endpoint.appId, fault })
        })
        .finally(() => lanes.delete(key))
      lanes.set(key, lane)
    }
  }
  return {
    async begin() {
      await Promise.all([begin('answering', endpointsAtOnceMax), begin('failing', failingEndpointsAtOnceMax)])
    },
    async ended() {
      await Promise.all([...running.answering.values(), ...running.failing.values()])
    },
  }
}

/** Those that have waited longest first; as many more than there is room for as are already being worked on. */
function dueEndpoints(
  { store, platform }: { store: Pick<Store, 'find'>; platform: Pick<Delivering['platform'], 'now'> },
  kind: 'answering' | 'failing',
  limit: number,
): Promise<EndpointDoc[]> {
  const failures = kind === 'failing' ? { gt: 0 } : 0
  const dueAt = { lte: new Date(platform.now()) }
  return store.find(everyApp, 'endpoints', { status: 'ACTIVE', failures, dueAt }, { orderBy: 'dueAt', limit })
}

/** Starts delivering, in the background. `stop` resolves when the calls that are under way have ended. */
export function startDelivering(ctx: Delivering): { stop(): Promise<void> } {
  let stopped = false
  const lanes = openLanes(ctx, () => stopped)
  const loop = async () => {
    while (!stopped) {
      await lanes.begin().catch((error: unknown) => {
        ctx.log({
          level: 'error',
          event: 'delivering_failed',
          fault: faultNameOf(error),
        })
      })
      for (let waited = 0; waited < roundMs && !stopped; waited += 100) await ctx.platform.sleep(100)
    }
    await lanes.ended()
  }
  const running = loop()
  return {
    async stop() {
      stopped = true
      await running
    },
  }
}
