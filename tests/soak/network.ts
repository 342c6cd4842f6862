import { setTimeout as pause } from 'node:timers/promises'
import type { RedisDoors } from '../../edge/dev/redis/start.ts'
import type { Between } from '../../edge/dev/stack.ts'
import type { createRandom } from '../simulation/scheduler.ts'
import {
  type FaultKind,
  type FaultProxy,
  faultKinds,
  type Rule,
  startFaultProxy,
} from '../support/fault-proxy.ts'

type Hop = keyof Between

/** The network between the parts of a soaked Holdfast. */
export interface Network {
  readonly between: Between
  /** Loses other things every few seconds, as long as it is told to. */
  trouble(isOn: () => boolean): Promise<void>
  heal(): void
  /** From now on Redis is there. */
  moveRedis(url: string): void
  /** What was lost, by hop and kind. */
  counts(): ReadonlyMap<Hop, Readonly<Record<string, number>>>
  close(): Promise<void>
}

const changeMsMin = 1_500
const changeMsMax = 5_000
/** After these nothing more comes through a connection until its client gives it up: a few at a time. */
const silent: ReadonlySet<FaultKind> = new Set(['request_dropped', 'answer_dropped', 'half_open'])

/** Makes one: a proxy for each hop, on which chance decides. */
export function createNetwork(random: ReturnType<typeof createRandom>): Network {
  const proxies = new Map<Hop, FaultProxy>()
  const through = async (hop: Hop, url: string): Promise<string> => {
    const proxy = await startFaultProxy(url, random.between(1, 2 ** 31))
    proxies.set(hop, proxy)
    return proxy.url
  }
  const doors = (hop: Hop) => async (redis: RedisDoors) => ({
    ...redis,
    url: await through(hop, redis.url ?? ''),
  })
  const ruleFor = (hop: Hop): Rule => {
    const fault = random.pick(faultKinds.filter((kind) => kind !== 'duplicate' || hop === 'edgeAndCore'))
    const rule = { fault, chance: random.between(2, 30) / 1_000 }
    if (fault === 'latency') return { fault, chance: 0.2, ms: random.between(5, 400) }
    return silent.has(fault) ? { ...rule, times: random.between(1, 3) } : rule
  }
  const heal = () => {
    for (const proxy of proxies.values()) proxy.heal()
  }
  return {
    between: {
      edgeAndCore: (url) => through('edgeAndCore', url),
      edgeAndRedis: doors('edgeAndRedis'),
      coreAndRedis: doors('coreAndRedis'),
      // A file is at no end of a network.
      coreAndStore: async (url) => (url.startsWith('sqlite:') ? url : through('coreAndStore', url)),
    },
    async trouble(isOn) {
      while (isOn()) {
        for (const [hop, proxy] of proxies)
          proxy.inflict(...Array.from({ length: random.between(0, 2) }, () => ruleFor(hop)))
        await pause(random.between(changeMsMin, changeMsMax))
      }
      heal()
    },
    heal,
    moveRedis(url) {
      for (const hop of ['edgeAndRedis', 'coreAndRedis'] as const) proxies.get(hop)?.retarget(url)
    },
    counts: () => new Map([...proxies].map(([hop, { counts }]) => [hop, { ...counts }])),
    async close() {
      for (const proxy of proxies.values()) await proxy.close()
    },
  }
}
