import type { Documents, SeatDoc } from '@holdfast/core/src/store/schema.ts'
import { keysOf } from '@holdfast/inventory'
import type { Told } from './buyers.ts'
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
  const ttlBeforePin = new Map<string, number>()
  const newestRev = new Map<string, number>()
  let [hasLost, epoch, latestMs] = [false, 0, 0]

  const decisionOf = (grant: string): string | undefined =>
    (world()?.store.docs('reservations') as Documents['reservations'][] | undefined)?.find(
      (one) => one.grantId === grant,
    )?.status
  const isDecided = (grant: string) => !['ACTIVE', undefined].includes(decisionOf(grant))
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
    for (const seat of seats.split(',').map((priced) => priced.split(':')[0] ?? '')) {
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
    hold([holdKey], [word = '', grant = '', , , , until, , , seats = '']) {
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
        promise(grant, seats, Number(until), true, false)
      } else if (word === 'expired' || word === 'taken' || word === 'lost' || word === 'released') {
        refused('pin', grant, word)
      }
    },
    release([grant = '', owner], [word, , holder]) {
      if (word !== 'released') return
      if (owner !== holder) complain('I5', `hold ${grant} of ${holder} was given back by ${owner}`)
      forget(grant)
    },
    sweep(args) {
      if (args.includes('confirmed')) sometimes.count('F34')
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
      for (const { collection, before, after } of written) {
        if (collection === 'reservations' && after?.status === 'EXPIRED' && before?.status !== 'EXPIRED') {
          const grant = String(after.grantId)
          const alive = ofGrant(grant).filter(([, one]) => one.untilMs > latestMs && !isExcused(grant))
          if (alive.length > 0) complain('I5', `${grant} was decided against within its time`)
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
      for (const [seat, one] of promised) {
        const field = String(writes === null ? '' : (here.redis.run('HGET', state, `s:${seat}`) ?? ''))
        const [, , , word, , grant, until] = field.split('|')
        const isThere =
          grant === one.grant && Number(until) === one.untilMs && word === (one.isPinned ? 'C' : 'H')
        if (isThere) continue
        sometimes.count('F4')
        lost.add(one.grant)
        promised.delete(seat)
      }
    },
    told({ action, status, subject }: Told) {
      if (action !== 'release' || status !== 204) return
      forget(subject)
    },
  }
}
