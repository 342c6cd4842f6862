import {
  holdersSeatsPerRead,
  lockKnownMs,
  locksPerIsolateMax,
  type Platform,
  type SeatId,
  type SeatStatus,
} from '@holdfast/contract'
import type { EventRef, Holder } from '@holdfast/inventory'
import type { Caller } from './core-client.ts'
import { notReady } from './event-reader.ts'
import { createIsolateCache } from './isolate-cache.ts'
import type { Services } from './services.ts'

type Context = Pick<Services, 'inventory' | 'events'>

/** Whose a held seat is, and until when. */
export type Lock = Pick<Holder, 'owner' | 'untilMs'>

/** What is known of held seats at `nowMs` of Redis's clock. */
export interface Locks {
  /** Null: nobody holds it any more. What is not here has not been looked at yet. */
  readonly bySeat: ReadonlyMap<SeatId, Lock | null>
  readonly nowMs: number
}

/**
 * Reads whose the held seats of an event are, with one script however many they are: of more than `holdersSeatsPerRead` it
 * asks about those that are new, and tells of the others what this isolate was told within `lockKnownMs`.
 *
 * @throws Problem `not_found`, `event_not_ready`
 */
export type LockReader = (event: EventRef, held: readonly SeatId[], caller: Caller) => Promise<Locks>

interface Known {
  readonly lock: Lock | null
  readonly askedMs: number
}

/** By seat, those that were asked about longest ago first. */
type KnownLocks = ReadonlyMap<SeatId, Known>

const nothingKnown: KnownLocks = new Map()

/** Reads through a memory of this isolate. */
export function createLockReader(ctx: Context & { readonly platform: Pick<Platform, 'now'> }): LockReader {
  const kept = createIsolateCache<KnownLocks>(ctx.platform.now, locksPerIsolateMax)

  return async (event, held, caller) => {
    if (held.length === 0) return { bySeat: new Map(), nowMs: 0 }
    const key = `${event.appId}/${event.eventId}`
    const asked = nextOf(held, kept.get(key) ?? nothingKnown, ctx.platform.now())
    const reply = await ctx.inventory(caller).holders(event, asked)
    if (reply.word === 'not_ready') return notReady(ctx.events, event, caller)
    const askedMs = ctx.platform.now()
    const known = stillKnown(kept.get(key) ?? nothingKnown, new Set(held), askedMs)
    const holders = new Map(reply.holders.map((holder) => [holder.seatId, holder]))
    for (const seat of asked) {
      const holder = holders.get(seat)
      known.delete(seat)
      known.set(seat, { lock: holder ? { owner: holder.owner, untilMs: holder.untilMs } : null, askedMs })
    }
    kept.set(key, known, lockKnownMs, known.size)
    return { bySeat: new Map([...known].map(([seat, { lock }]) => [seat, lock])), nowMs: reply.nowMs }
  }
}

/** What of it is not too old, of seats that are still held. */
function stillKnown(known: KnownLocks, held: ReadonlySet<SeatId>, nowMs: number): Map<SeatId, Known> {
  const still = [...known].filter(([seat, { askedMs }]) => held.has(seat) && askedMs > nowMs - lockKnownMs)
  return new Map(still)
}

/** The seats to ask about: those of whom nothing is known, then those that nobody had, then those asked longest ago. */
function nextOf(held: readonly SeatId[], known: KnownLocks, nowMs: number): SeatId[] {
  if (held.length <= holdersSeatsPerRead) return [...held]
  const before = stillKnown(known, new Set(held), nowMs)
  const fresh = held.filter((seat) => !before.has(seat))
  const ended = [...before].filter(([, { lock }]) => lock === null)
  const others = [...before].filter(([, { lock }]) => lock !== null)
  return [...fresh, ...[...ended, ...others].map(([seat]) => seat)].slice(0, holdersSeatsPerRead)
}

/**
 * Whether somebody has a seat that the map has in this state. A hold that has run out is free before anybody has swept it; a
 * confirm ends when it is decided, which no clock knows.
 */
export function isLocked(status: SeatStatus, lock: Lock | null | undefined, nowMs: number): boolean {
  if (status === 'confirming') return true
  return status === 'held' && (lock === undefined || (lock !== null && lock.untilMs > nowMs))
}

/**
 * Who holds a seat at `nowMs` of Redis's clock; undefined: nobody.
 *
 * @throws Problem `not_found`, `event_not_ready`
 */
export async function readHolder(
  { inventory, events }: Context,
  event: EventRef,
  seat: SeatId,
  caller: Caller,
): Promise<{ readonly holder: Holder | undefined; readonly nowMs: number }> {
  const reply = await inventory(caller).holders(event, [seat])
  if (reply.word === 'not_ready') return notReady(events, event, caller)
  return { holder: reply.holders[0], nowMs: reply.nowMs }
}
