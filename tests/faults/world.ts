import fc from 'fast-check'
import { afterAll, beforeAll } from 'vitest'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import type { Between, StackOptions } from '../../edge/dev/stack.ts'
import { patienceMs, until } from '../contract/inventory/poll.ts'
import { wordOf } from '../e2e/client.ts'
import { type Ground, startWorld, type World } from '../e2e/world.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'

/** Who talks to whom in a stack. */
export type Line = keyof Between
const lineNames: readonly Line[] = ['edgeAndCore', 'edgeAndRedis', 'coreAndRedis', 'coreAndStore']

/** A whole Holdfast whose parts reach each other through networks that lose what they are told to. */
export interface LossyWorld extends World {
  readonly lines: Readonly<Record<Line, FaultProxy>>
  /** Stops losing, on every line. */
  heal(): void
}

export interface LossyOptions extends Pick<StackOptions, 'coreEnv' | 'edgeEnv'> {
  /** How the edge speaks to Redis: as Workers do, a connection a request, or over one connection for all. */
  readonly edgeToRedis: 'rest' | 'tcp'
}

/** The seed of this run; it is told with what is measured. */
export const seed = fc.readConfigureGlobal().seed ?? Math.floor(performance.timeOrigin)

async function startLossyWorld(ground: Ground, options: LossyOptions): Promise<LossyWorld> {
  const { edgeToRedis, ...env } = options
  const started = new Map<Line, FaultProxy>()
  const lossy = async (line: Line, url: string): Promise<string> => {
    const proxy = await startFaultProxy(url, seed + lineNames.indexOf(line))
    started.set(line, proxy)
    return proxy.url
  }
  const overTcp = (line: Line) => async (doors: Parameters<NonNullable<Between['edgeAndRedis']>>[0]) => ({
    ...doors,
    url: await lossy(line, doors.url ?? ''),
  })
  const world = await startWorld(ground, {
    ...env,
    between: {
      edgeAndCore: (url) => lossy('edgeAndCore', url),
      edgeAndRedis:
        edgeToRedis === 'tcp'
          ? overTcp('edgeAndRedis')
          : async ({ restUrl, restToken }) => ({ restUrl: await lossy('edgeAndRedis', restUrl), restToken }),
      coreAndRedis: overTcp('coreAndRedis'),
      ...(ground.store !== 'SQLite' && { coreAndStore: (url: string) => lossy('coreAndStore', url) }),
    },
  })
  const proxies = [...started.values()]
  return {
    ...world,
    lines: Object.fromEntries(started) as LossyWorld['lines'],
    heal: () => {
      for (const proxy of proxies) proxy.heal()
    },
    async stop() {
      // First: who stops would wait for connections that nobody else knows to be dead.
      for (const proxy of proxies) await proxy.close()
      await world.stop()
    },
  }
}

/** Gives the tests of the enclosing suite one lossy world, which is there while they run. */
export function useLossyWorld(ground: Ground, options: LossyOptions): () => LossyWorld {
  let world: LossyWorld | undefined
  beforeAll(async () => {
    world = await startLossyWorld(ground, options)
  })
  afterAll(() => world?.stop())
  return () => {
    if (!world) throw new Error('the world is there only while tests run')
    return world
  }
}

/** Whether more of the same may get another answer. */
const isOpen = /^(202|429|5\d\d)|in_progress$/

/** So long at most they wait before they ask again, so that a machine that is slow gets to answer. */
const pauseMsMax = 2_000

/** Sends the same request until its answer is final, as a buyer does who is told nothing, or to come again. */
export async function insist(
  send: () => Promise<ApiAnswer | undefined>,
  deadlineMs = patienceMs,
): Promise<ApiAnswer> {
  let answer: ApiAnswer | undefined
  const isAnswered = async () => {
    answer = await send().catch(lostOnTheWay)
    return answer !== undefined && !isOpen.test(wordOf(answer))
  }
  await until(isAnswered, deadlineMs, pauseMsMax)
  if (!answer) throw new Error('there is no answer')
  return answer
}

/** What fetch throws when a connection is gone or silent; everything else is a fault of the test. */
export function lostOnTheWay(error: unknown): undefined {
  const isLost = error instanceof Error && /^(TypeError|TimeoutError|AbortError)$/.test(error.name)
  if (!isLost) throw error
}

/** Tells what was measured, in one line, past what swallows the output of tests that pass. */
export function figures(what: string, counts: Readonly<Record<string, number>>): void {
  const told = Object.entries(counts).map(([name, count]) => `${name} ${count}`)
  process.stdout.write(`${what} (seed ${seed}): ${told.join(', ')}\n`)
}
