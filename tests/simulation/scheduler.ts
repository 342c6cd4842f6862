import { createHash } from 'node:crypto'

/** Numbers that a seed decides. */
export interface Random {
  /** From 0, and below 1. */
  fraction(): number
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  chance(probability: number): boolean
  pick<Item>(items: readonly Item[]): Item
  bytes(count: number): Uint8Array
}

/** A generator of 32 bits (mulberry32): small, and the same everywhere. */
export function createRandom(seed: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const fraction = () => next() / 2 ** 32
  const between = (low: number, high: number) => low + Math.floor(fraction() * (high - low + 1))
  return {
    fraction,
    between,
    chance: (probability) => fraction() < probability,
    pick: (items) => {
      const item = items[between(0, items.length - 1)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => next() & 255),
  }
}

interface Task {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

/** Virtual time, and everything that is to happen in it, one thing after the other. */
export interface Scheduler {
  readonly random: Random
  now(): number
  /** Runs that after so long. Of two at the same time the one that was asked for first comes first. */
  after(delayMs: number, run: () => void): void
  /** Writes a line of the trace, by whose hash two runs are compared. */
  note(line: string): void
  /** Lets things happen until that time, or until `isOver`. Between two of them, all that can go on does. */
  runUntil(untilMs: number, isOver?: () => boolean): Promise<void>
  traceHash(): string
  /** How many things have happened. */
  steps(): number
}

/** An early morning, long before anything in a world is over. */
export const startMs = Date.UTC(2026, 10, 23, 6)

/** A scheduler at `startMs` with nothing to do. `show` gets the trace as it is written. */
export function createScheduler(seed: number, show?: (line: string) => void): Scheduler {
  const tasks: Task[] = []
  const hash = createHash('sha256')
  let [nowMs, order, steps] = [startMs, 0, 0]

  const isBefore = (a: Task, b: Task) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
  const add = (task: Task): void => {
    let [from, to] = [0, tasks.length]
    while (from < to) {
      const middle = (from + to) >>> 1
      // The next one is last, where it is taken off.
      if (isBefore(task, tasks[middle] as Task)) from = middle + 1
      else to = middle
    }
    tasks.splice(from, 0, task)
  }

  return {
    random: createRandom(seed),
    now: () => nowMs,
    after(delayMs, run) {
      if (!Number.isFinite(delayMs)) throw new Error(`nothing comes after ${delayMs} ms`)
      add({ atMs: nowMs + Math.max(0, Math.ceil(delayMs)), order: order++, run })
    },
    note(line) {
      const text = `${String(nowMs - startMs).padStart(7)} ${line}`
      hash.update(text).update('\n')
      show?.(text)
    },
    async runUntil(untilMs, isOver = () => false) {
      while (!isOver()) {
        const task = tasks.at(-1)
        if (!task || task.atMs > untilMs) {
          nowMs = Math.max(nowMs, untilMs)
          return
        }
        tasks.pop()
        nowMs = task.atMs
        steps += 1
        task.run()
        await settled()
      }
    },
    traceHash: () => hash.copy().digest('hex').slice(0, 16),
    steps: () => steps,
  }
}

/** When no promise can go on by itself any more: Node runs a tick that a promise asked for after all promises. */
const settled = (): Promise<void> =>
  new Promise((resolve) => queueMicrotask(() => process.nextTick(() => process.nextTick(resolve))))
