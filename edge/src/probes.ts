import { AppId, EventId, edgeBudgetMs, type Platform, probeIsolateMs } from '@holdfast/contract'
import { within } from './deadline.ts'
import type { Flights } from './flights.ts'
import { createIsolateCache } from './isolate-cache.ts'
import type { Services } from './services.ts'
import type { Observed } from './telemetry/observe.ts'

/** An event that is never there: reading it asks Redis for a word, and for nothing else. */
const probe = { appId: AppId.parse('readyz'), eventId: EventId.parse('readyz') }

/** Whether what stands behind this edge answers. */
export interface Probes {
  redis(caller: Observed): Promise<boolean>
  /** Core with its store. */
  core(): Promise<boolean>
}

/** Asks at most once a second, whichever routes ask and however many at a time. */
export function createProbes({
  inventory,
  corePort,
  flights,
  platform,
}: Pick<Services, 'inventory' | 'corePort'> & {
  readonly flights: Flights
  readonly platform: Pick<Platform, 'now' | 'deadline'>
}): Probes {
  const kept = createIsolateCache<boolean>(platform.now, 2)

  const remembered = async (name: string, ask: () => Promise<boolean>): Promise<boolean> => {
    const known = kept.get(name)
    if (known !== undefined) return known
    return flights(`probe:${name}`, async () => {
      const answers = await ask().catch(() => false)
      kept.set(name, answers, probeIsolateMs)
      return answers
    })
  }

  return {
    redis: (caller: Observed) =>
      remembered('redis', () =>
        inventory(caller)
          .snapshot(probe)
          .then(() => true),
      ),
    core: () =>
      remembered('core', async () => {
        const signal = platform.deadline(edgeBudgetMs)
        const { status } = await within(signal, corePort('/readyz', { method: 'GET', headers: {}, signal }))
        return status === 200
      }),
  }
}
