import { AppId, EventId, type Platform, probeIsolateMs } from '@holdfast/contract'
import type { Caller } from './core-client.ts'
import type { Flights } from './flights.ts'
import { createIsolateCache } from './isolate-cache.ts'
import type { Services } from './services.ts'
import type { Observed } from './telemetry/observe.ts'

/** An event that is never there: reading it asks Redis for a word, and for nothing else. */
const probe = { appId: AppId.parse('readyz'), eventId: EventId.parse('readyz') }

/** Whether what stands behind this edge answers. */
export interface Probes {
  redis(caller: Observed): Promise<boolean>
  /** Core with its store; `caller` without anybody's rights, for others are given the answer too. */
  core(caller: Pick<Caller, 'requestId' | 'clientAddress' | 'observe'>): Promise<boolean>
}

/** Asks at most once a second, whichever routes ask and however many at a time. */
export function createProbes({
  inventory,
  core,
  flights,
  platform,
}: Pick<Services, 'inventory' | 'core'> & {
  readonly flights: Flights
  readonly platform: Pick<Platform, 'now'>
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
    core: ({ requestId, clientAddress, observe }) =>
      remembered('core', async () => {
        const caller = { requestId, clientAddress, observe }
        const answer = await core.send({ method: 'GET', path: '/internal/readyz', caller })
        // A core of a version before does not know the question, and answers.
        return answer.kind === 'answer' || (answer.kind === 'refusal' && answer.problem.code === 'not_found')
      }),
  }
}
