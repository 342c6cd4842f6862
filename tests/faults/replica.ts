import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Running } from '../../edge/dev/processes.ts'
import { diesAt, lastWordsIn } from './mortal/points.ts'

/** What is to become of one life of a core. */
export type Fate =
  | { readonly kind: 'peace' }
  /** It dies at the nth passage of a point; by any other kill if it does not come there in time. */
  | { readonly kind: 'point'; readonly point: string; readonly nth: number; readonly patienceMs: number }
  | { readonly kind: 'kill' | 'term'; readonly afterMs: number }

/** How a life has ended. `fault`: nobody wanted it; `unborn`: it did not start. */
export interface End {
  readonly name: string
  readonly how: 'point' | 'kill' | 'term' | 'fault' | 'unborn'
  readonly point?: string
  readonly logFile: string
}

/** One core that is started again whenever it ends, as Kubernetes does. */
export interface Replica {
  readonly name: string
  isReady(): boolean
  /** Whether something will end it by itself. */
  isDoomed(): boolean
  /** Ends this life, if there is one. */
  end(how: 'kill' | 'term'): void
  stop(): Promise<void>
}

export interface ReplicaOptions {
  readonly name: string
  /** Starts the program; its log gets the name of this life. */
  launch(life: string, env: Readonly<Record<string, string>>): Promise<Running>
  logFileOf(life: string): string
  nextFate(): Fate
  onEnd(end: End): void
}

const restartMs = 100
const msOf = (fate: Fate): number | undefined =>
  fate.kind === 'peace' ? undefined : fate.kind === 'point' ? fate.patienceMs : fate.afterMs

/** Starts one, and goes on starting it until it is stopped. */
export function startReplica({ name, launch, logFileOf, nextFate, onEnd }: ReplicaOptions): Replica {
  let [lives, isOver, isReady] = [0, false, false]
  let fate: Fate = { kind: 'peace' }
  let cut = Promise.withResolvers<'kill' | 'term'>()

  const killedAt = (logFile: string) => lastWordsIn.exec(readFileSync(logFile, 'utf8'))?.[1]
  const endOf = (logFile: string): End => {
    const point = killedAt(logFile)
    return point ? { name, how: 'point', point, logFile } : { name, how: 'fault', logFile }
  }
  const live = async (life: string): Promise<End> => {
    const logFile = logFileOf(life)
    fate = isOver ? { kind: 'peace' } : nextFate()
    cut = Promise.withResolvers()
    const { promise, resolve } = cut
    let running: Running
    try {
      running = await launch(life, fate.kind === 'point' ? { [diesAt]: `${fate.point}#${fate.nth}` } : {})
    } catch {
      return killedAt(logFile) ? endOf(logFile) : { name, how: 'unborn', logFile }
    }
    isReady = true
    const timer = setTimeout(() => resolve(fate.kind === 'term' ? 'term' : 'kill'), msOf(fate) ?? 2 ** 31 - 1)
    const end = await Promise.race([running.death, promise])
    clearTimeout(timer)
    isReady = false
    if (end instanceof Error) return endOf(logFile)
    await running.stop(end === 'kill' ? 'SIGKILL' : 'SIGTERM')
    // It may have come to its point just before.
    return killedAt(logFile) ? endOf(logFile) : { name, how: end, logFile }
  }
  const living = (async () => {
    while (!isOver) {
      lives += 1
      onEnd(await live(`${name}.${lives}`))
      await pause(restartMs)
    }
  })()
  return {
    name,
    isReady: () => isReady,
    isDoomed: () => fate.kind !== 'peace',
    end: (how) => cut.resolve(how),
    async stop() {
      isOver = true
      cut.resolve('kill')
      await living
    },
  }
}
