import type { Platform } from '@holdfast/contract'
import { createIsolateCache } from './isolate-cache.ts'
import type { LimitState } from './ports.ts'

/** So many a second, and so many at once by whoever has asked for nothing before. */
export interface ReadRate {
  readonly perSecond: number
  readonly burst: number
}

/** The rates of one address: of all its reads, and of those with a large answer. */
export interface ReadRates {
  readonly all: ReadRate
  readonly large: ReadRate
}

/** What a read came to, which is known when it was answered. */
export interface ReadCost {
  /** 1 of an ordinary client; less of one that stands for many; 0 of one whose reads are not counted here. */
  readonly share: number
  readonly isLarge: boolean
  /** Whether it was counted as a large one before. */
  readonly wasExpected: boolean
}

/** What addresses may read, counted in this isolate alone and at once: nobody is asked for it. */
export interface ReadBudget {
  /** Counts a read before it is answered, or refuses it. `isLarge`: its answer is expected to be. */
  take(client: string, isLarge: boolean): LimitState
  /** Gives back what the read did not cost, and takes what a large answer did: who owes waits with the next one. */
  settle(client: string, cost: ReadCost): void
}

/** What an address has left, as of a time; below zero it owes. */
interface Left {
  readonly all: number
  readonly large: number
  readonly atMs: number
}

/** What an entry takes beside its key, twice over: the map's place for it and the objects. */
const entryBytes = 200

/** How long until there is so much, at least a millisecond. */
const waitMs = (missing: number, { perSecond }: ReadRate): number =>
  Math.max(1, Math.ceil((missing / perSecond) * 1_000))

const refilled = (left: number, elapsedMs: number, { perSecond, burst }: ReadRate): number =>
  Math.min(burst, left + (Math.max(0, elapsedMs) * perSecond) / 1_000)

/**
 * A budget whose entries take `bytesMax` at most. An address that has not asked for so long that it has all again is
 * forgotten, and when there are too many, those that have not asked for longest.
 */
export function createReadBudget(
  { now }: Pick<Platform, 'now'>,
  { all, large }: ReadRates,
  bytesMax: number,
): ReadBudget {
  const kept = createIsolateCache<Left>(now, bytesMax)

  const leftOf = (client: string): Left => {
    const [before, atMs] = [kept.get(client), now()]
    if (!before) return { all: all.burst, large: large.burst, atMs }
    const elapsedMs = atMs - before.atMs
    return {
      all: refilled(before.all, elapsedMs, all),
      large: refilled(before.large, elapsedMs, large),
      atMs,
    }
  }

  const keep = (client: string, left: Left): void => {
    const fullMs = Math.max(waitMs(all.burst - left.all, all), waitMs(large.burst - left.large, large))
    kept.set(client, left, fullMs, entryBytes + 2 * client.length)
  }

  const refusal = (left: number, needed: number, rate: ReadRate): LimitState => ({
    allowed: false,
    limit: rate.perSecond,
    remaining: 0,
    resetMs: now() + waitMs(needed - left, rate),
  })

  return {
    take(client, isLarge) {
      const left = leftOf(client)
      // Who owes a whole burst has found large answers where none was expected: then nothing is read.
      const isOver = isLarge ? left.large < 1 : left.large <= -large.burst
      const isRefused = left.all < 1 || isOver
      // A refusal is kept as well: after a clock was set back, time goes on from here.
      const taken = { ...left, all: left.all - 1, large: left.large - (isLarge ? 1 : 0) }
      keep(client, isRefused ? left : taken)
      if (left.all < 1) return refusal(left.all, 1, all)
      if (isOver) return refusal(left.large, isLarge ? 1 : 1 - large.burst, large)
      return { allowed: true, limit: all.perSecond, remaining: Math.floor(left.all - 1), resetMs: now() }
    },

    settle(client, { share, isLarge, wasExpected }) {
      if (share === 1 && isLarge === wasExpected) return
      const largeCost = (isLarge ? share : 0) - (wasExpected ? 1 : 0)
      const left = leftOf(client)
      keep(client, {
        ...left,
        all: Math.min(all.burst, left.all + 1 - share),
        large: Math.min(large.burst, Math.max(-large.burst, left.large - largeCost)),
      })
    },
  }
}
