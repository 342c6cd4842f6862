import type { BookingDoc, SeatDoc } from '@holdfast/core/src/store/schema.ts'
import { keysOf } from '@holdfast/inventory'
import type { Told } from './client.ts'
import type { Complain } from './complaints.ts'
import type { Sometimes } from './sometimes.ts'
import type { Written } from './store/engine.ts'
import type { Ran } from './wires.ts'
import type { World } from './world.ts'

/** What Redis promised of a seat: to whom, and until when on its own clock. A pinned one lasts until it is decided. */
interface Promised {
  readonly grant: string
  readonly untilMs: number
  readonly isPinned: boolean
}

const epochOf = (grant: string): number => Number(grant.split('.').at(-2))
const idsOf = (seats: string): string[] => seats.split(',').map((priced) => priced.split(':')[0] ?? '')
const holdKeyOf = (grant: string): string => grant.slice('hold_'.length).split('.')[0] ?? ''

/**
 * I4 and I5, from what the scripts answered and Redis's time in it: nobody gets a seat that is promised to somebody
 * else, and a promise is kept, unless Redis lost it.
 */
export function createPromises(world: () => World | undefined, complain: Complain, sometimes: Sometimes) {
  const promised = new Map<string, Promised>()
  /** Grants of which Redis has lost something: nothing that happens to them is anybody's fault. */
  const lost = new Set<string>()
  const made = new Set<string>()
  /** The seats of each grant, as it was made. */
  const seatsOf = new Map<string, string>()
  const ttlBeforePin = new Map<string, number>()
  const newestRev = new Map<string, number>()
  let [hasLost, epoch, latestMs] = [false, 0, 0]

  /** Grants that were decided; the record of that may have gone since. */
  const decided = new Set<string>()
  /** Grants that were sold, and those whose owners were told that they gave them back. */
  const [sold, released] = [new Set<string>(), new Set<string>()]
  /** Grants that Redis has freed for their owners. */
  const freed = new Set<string>()
  const toldTwice = (grant: string): void => {
    if (!isExcused(grant)) complain('I9', `hold ${grant} was told as given back, and is sold`)
  }
  const isDecided = (grant: string) => decided.has(grant)
  const isExcused = (grant: string) => lost.has(grant) || epochOf(grant) < epoch
  const isKept = ({ grant, untilMs, isPinned }: Promised) =>
    !isExcused(grant) && !isDecided(grant) && (isPinned || untilMs > latestMs)
  const ofGrant = (grant: string) => [...promised].filter(([, one]) => one.grant === grant)

  const promise = (
    grant: string,
    seats: string,
    untilMs: number,
    isPinned: boolean,
    isNew: boolean,
  ): void => {
    for (const seat of idsOf(seats)) {
      const before = promised.get(seat)
      const isOthers = before && before.grant !== grant && isKept(before)
      if (isNew && isOthers) complain('I4', `seat ${seat} of ${before.grant} was given to ${grant}`)
      if (isNew || before?.grant === grant) promised.set(seat, { grant, untilMs, isPinned })
      if (isNew) checkSold(seat, grant)
    }
  }
  /** A seat that is sold is nobody's to hold. */
  const checkSold = (seat: string, grant: string): void => {
    const sold = (world()?.store.docs('seats') as SeatDoc[] | undefined)?.find((one) => one.seatId === seat)
    if (sold?.state !== 'BOOKED' || sold.grantId === grant) return
    if (hasLost) lost.add(grant)
    else complain('I5', `seat ${seat}, sold to ${sold.grantId}, was promised to ${grant}`)
  }
  const forget = (grant: string): void => {
    for (const [seat] of ofGrant(grant)) promised.delete(seat)
  }
  const refused = (script: string, grant: string, word: string): void => {
    const kept = ofGrant(grant).filter(
      ([, one]) => !isExcused(grant) && one.untilMs > latestMs && !isDecided(grant),
    )
    if (kept.length > 0) complain('I5', `${script} of ${grant} was refused (${word}) within its time`)
  }

  /** What each script that promises, or ends a promise, said. */
  const heard: Record<string, (args: readonly string[], reply: readonly string[]) => void> = {
    hold([holdKey, , , , , , , , , ...asked], [word = '', grant = '', , , , until, , , seats = '']) {
      if (word === 'held') {
        seatsOf.set(grant, idsOf(seats).join())
        if (seatsOf.get(grant) !== asked.join()) complain('I7', `of ${asked} ${grant} got ${seats}`)
      }
      const mine = [...promised.values()].find((one) => holdKeyOf(one.grant) === holdKey)
      // A second delivery is answered as the first was, with what has become of the hold since.
      if (word === 'held' && !made.has(grant)) promise(grant, seats, Number(until), false, true)
      else if (word !== 'held' && word !== 'replayed' && word !== 'not_ready' && mine && isKept(mine))
        complain('I8', `hold ${mine.grant} came again and was answered ${word}`)
      if (word === 'held') made.add(grant)
    },
    extend([grant = ''], [word = '', , , , , until, , , seats = '']) {
      if (word === 'extended') promise(grant, seats, Number(until), false, false)
      else if (word === 'expired' || word === 'taken' || word === 'lost') refused('extend', grant, word)
    },
    pin([grant = ''], [word = '', , , , , until, , , seats = '']) {
      if (word === 'pinned') {
        const [first] = ofGrant(grant)
        if (first && !first[1].isPinned) ttlBeforePin.set(grant, first[1].untilMs)
        if (first?.[1].isPinned && Number(until) > first[1].untilMs)
          complain('I6', `hold ${grant} was lengthened by another confirm`)
        promise(grant, seats, Number(until), true, false)
      } else if (word === 'expired' || word === 'taken' || word === 'lost' || word === 'released') {
        refused('pin', grant, word)
      }
    },
    release([grant = '', owner], [word, , holder]) {
      if (word !== 'released') return
      if (owner !== holder) complain('I5', `hold ${grant} of ${holder} was given back by ${owner}`)
      freed.add(grant)
      forget(grant)
    },
    sweep(args) {
      if (args.includes('confirmed')) sometimes.count('F34')
      for (let at = 0; at < args.length; at += 2) {
        const [grant = '', verdict] = [args[at], args[at + 1]]
        const isAgainst = verdict === 'decided' || verdict === 'released'
        if (isAgainst && ofGrant(grant).some(([, one]) => isKept(one) && one.isPinned))
          complain('I5', `${grant} was freed while it was confirming, before anything was decided`)
      }
    },
    apply(seats) {
      for (const [seat = '', , rev] of seats.map((truth) => truth.split('|'))) {
        if (Number(rev) < (newestRev.get(seat) ?? 0)) sometimes.count('F35')
        newestRev.set(seat, Math.max(Number(rev), newestRev.get(seat) ?? 0))
      }
    },
    publish([to], [word]) {
      if (word === 'published' && Number(to) > epoch) epoch = Number(to)
    },
  }

  return {
    ran({ script, args, reply }: Ran) {
      latestMs = Math.max(latestMs, Number(reply.at(-1)))
      heard[script]?.(args, reply)
    },
    committed(written: readonly Written[]) {
      for (const { collection, after } of written) {
        const isDecision = collection === 'reservations' && after && after.status !== 'ACTIVE'
        if (!isDecision) continue
        const grant = String(after.grantId)
        decided.add(grant)
        if (after.status !== 'CONFIRMED') continue
        sold.add(grant)
        if (released.has(grant)) toldTwice(grant)
      }
      for (const { collection, before, after } of written) {
        if (collection === 'reservations' && after?.status === 'EXPIRED' && before?.status !== 'EXPIRED') {
          const grant = String(after.grantId)
          const alive = ofGrant(grant).filter(([, one]) => one.untilMs > latestMs && !isExcused(grant))
          if (alive.length > 0) complain('I5', `${grant} was decided against within its time`)
        }
        if (collection === 'bookings' && !before && after) {
          const sold = (after.seats as BookingDoc['seats']).map(({ id }) => id).join()
          const held = seatsOf.get(String(after.grantId))
          if (sold !== held) complain('I7', `booking ${after.bookingId} has ${sold}, and its hold ${held}`)
        }
        if (collection !== 'seats' || after?.state !== 'BOOKED' || before?.state === 'BOOKED') continue
        const [seat, grant] = [String(after.seatId), String(after.grantId)]
        const holder = promised.get(seat)
        if (holder && holder.grant !== grant && isKept(holder) && !isExcused(grant)) {
          complain('I5', `seat ${seat} of ${holder.grant} was sold to ${grant}`)
        }
        // Sold by a grant that Redis had lost: the promise that came after it is lost with it.
        if (holder && holder.grant !== grant) {
          lost.add(holder.grant)
          promised.delete(seat)
        }
        if ((ttlBeforePin.get(grant) ?? Infinity) <= latestMs) sometimes.count('F1')
      }
    },
    /** What Redis still has of its promises after a loss is kept; the rest is excused. */
    lost(writes: number | null) {
      const here = world()
      if (!here) return
      hasLost = true
      const { state } = keysOf(here.ref)
      const fieldOf = (seat: string) =>
        String(writes === null ? '' : (here.redis.run('HGET', state, `s:${seat}`) ?? '')).split('|')
      // A hold that was given back, and is there again, was never given back for all that Redis knows.
      for (const seat of new Set([...seatsOf.values()].flatMap((seats) => seats.split(',')))) {
        const [, , , word, , grant = ''] = fieldOf(seat)
        if (freed.has(grant) && (word === 'H' || word === 'C')) lost.add(grant)
      }
      for (const [seat, rev] of newestRev) {
        if (writes !== null && Number(fieldOf(seat)[1]) < rev) sometimes.count('F5')
      }
      for (const [seat, one] of promised) {
        const [, , , word, , grant, until] = fieldOf(seat)
        const isThere =
          grant === one.grant && Number(until) === one.untilMs && word === (one.isPinned ? 'C' : 'H')
        if (isThere) continue
        sometimes.count('F4')
        lost.add(one.grant)
        promised.delete(seat)
      }
    },
    told({ who, action, status, subject }: Told) {
      if (action !== 'release' || status !== 204 || who === 'stranger' || who === 'meddler') return
      forget(subject)
      released.add(subject)
      if (sold.has(subject)) toldTwice(subject)
    },
  }
}
