import {
  type BookingId,
  type GrantId,
  type HoldKey,
  type PricedSeat,
  type Principal,
  type SeatId,
  seatBytes,
} from '@holdfast/contract'
import type { EventSettings, Hold, SeatTruth, Verdict } from '@holdfast/inventory'

interface ModelSeat {
  readonly rev: number
  readonly price: number
  readonly blocked: boolean
  state: 'FREE' | 'HELD' | 'CONFIRMING' | 'BOOKED'
  /** The grant that the seat names. */
  grantId: GrantId | null
  until: number
}

/** A grant and what became of it. */
export interface ModelHold {
  readonly grantId: GrantId
  readonly key: HoldKey
  readonly owner: Principal
  readonly epoch: number
  readonly address: string
  readonly seats: readonly PricedSeat[]
  readonly createdAt: number
  until: number
  status: Hold['status']
  operationId: string
  bookingId: BookingId | null
  /** When its time was over, if it was over before anybody ended it. */
  lapsedAt: number | null
  /** Seats that the store took from it. */
  readonly overruled: Set<SeatId>
}

export interface ModelCall {
  readonly key: HoldKey
  readonly owner: Principal
  readonly operationId: string
  readonly ttlMs: number
  readonly seats: readonly SeatId[]
  /** The address that it counts for. */
  readonly address: string
}

/** What a call must answer: the word, and the seats of a refusal, or when to come again. */
export interface Answer {
  readonly word: string
  readonly seats?: readonly SeatId[]
  readonly againAtMs?: number
  readonly limit?: number | null
  readonly scope?: string
}

/** What an address holds is counted until the end of a slot of so long. */
const slotMs = 10_000
const ownerShare = 4
const minuteMs = 60_000

const free = { state: 'FREE', grantId: null, until: 0 } as const
const bytes = {
  FREE: seatBytes.free,
  HELD: seatBytes.held,
  CONFIRMING: seatBytes.confirming,
  BOOKED: seatBytes.booked,
}

/**
 * The inventory of one event as design.md describes it, in plain memory. It knows nothing of Redis or of the
 * scripts, and the time is what the caller says.
 */
export class Model {
  readonly holds: ModelHold[] = []
  readonly #seats = new Map<SeatId, ModelSeat>()
  readonly #settings: EventSettings
  /** Owner: when their minute began, and the holds made in it. */
  readonly #minutes = new Map<Principal, { readonly from: number; holds: number }>()
  /** What an address may hold. */
  readonly units: number
  #epoch = 1

  constructor(settings: EventSettings, truths: readonly SeatTruth[], units: number) {
    this.units = units
    this.#settings = settings
    this.#load(truths)
  }

  /** What a call for seats must answer; nothing changes until `grant`. */
  ask(now: number, { key, owner, operationId, seats, address }: ModelCall): Answer {
    const before = this.holds.find((hold) => hold.key === key && !this.#isLost(hold))
    if (before) {
      if (before.seats.map(({ id }) => id).join() !== seats.join()) return { word: 'key_reused' }
      return { word: before.operationId === operationId ? 'held' : 'replayed' }
    }
    const pause = this.#coolingDown(now, owner) ?? this.#tooFast(now, owner)
    if (pause) return pause
    const unavailable = seats.filter((id) => {
      const { state, until, blocked } = this.#seat(id)
      return blocked || !(state === 'FREE' || (state === 'HELD' && until <= now))
    })
    if (unavailable.length > 0) return { word: 'unavailable', seats: unavailable }
    return this.#tooMany(now, owner, address, seats.length) ?? { word: 'held' }
  }

  /** The inventory has made this grant. */
  grant(
    now: number,
    grantId: GrantId,
    { key, owner, operationId, ttlMs, seats: ids, address }: ModelCall,
  ): void {
    const until = now + Math.min(ttlMs, this.#settings.holdLifetimeMs)
    this.holds.push({
      grantId,
      key,
      owner,
      operationId,
      epoch: this.#epoch,
      address,
      seats: ids.map((id) => ({ id, price: this.#seat(id).price })),
      createdAt: now,
      until,
      status: 'held',
      bookingId: null,
      lapsedAt: null,
      overruled: new Set(),
    })
    const minute = this.#minuteOf(now, owner)
    this.#minutes.set(owner, { from: minute?.from ?? now, holds: (minute?.holds ?? 0) + 1 })
    for (const id of ids) Object.assign(this.#seat(id), { state: 'HELD', grantId, until })
  }

  extend(now: number, hold: ModelHold, operationId: string): Answer {
    if (this.#isLost(hold)) return { word: 'lost' }
    if (hold.operationId === operationId) return { word: 'extended' }
    if (!this.#isOpen(hold)) return { word: hold.status }
    if (hold.until <= now) return { word: 'expired' }
    const last = hold.createdAt + this.#settings.holdLifetimeMs
    if (hold.until >= last) return { word: 'cannot_extend' }
    const refusal = this.#taken(hold)
    if (refusal) return refusal
    hold.until = Math.max(hold.until, Math.min(now + this.#settings.holdTtlMs, last))
    hold.operationId = operationId
    for (const seat of this.#naming(hold)) seat.until = hold.until
    return { word: 'extended' }
  }

  pin(now: number, hold: ModelHold, leaseMs: number): Answer {
    const status = this.statusAt(now, hold)
    if (status !== 'held') return { word: status === 'confirming' ? 'pinned' : status }
    const refusal = this.#taken(hold)
    if (refusal) return refusal
    hold.status = 'confirming'
    hold.until = Math.max(hold.until, now + leaseMs)
    for (const seat of this.#naming(hold)) Object.assign(seat, { state: 'CONFIRMING', until: hold.until })
    return { word: 'pinned' }
  }

  release(now: number, hold: ModelHold): Answer {
    const status = this.statusAt(now, hold)
    if (status !== 'held') return { word: status }
    this.#end(now, hold, 'released')
    return { word: 'released' }
  }

  /** Frees by the clock (`lapsed`, never what is confirming) or by the store's decision. */
  sweep(now: number, hold: ModelHold, verdict: Verdict['verdict']): void {
    if (!this.#isOpen(hold)) return
    if (verdict === 'decided' || this.statusAt(now, hold) === 'expired') this.#end(now, hold, 'expired')
  }

  /** Only what carries a higher rev is news of a seat; a grant that the store names has become a sale. */
  apply(now: number, told: readonly SeatTruth[]): void {
    for (const truth of told) if (truth.rev > this.#seat(truth.seatId).rev) this.#applySeat(truth)
    for (const { grantId, bookingId } of told) {
      const hold = this.holds.find((each) => each.grantId === grantId && !this.#isLost(each))
      if (!hold || (hold.status === 'confirmed' && (hold.bookingId || !bookingId))) continue
      if (hold.status === 'held' && hold.until <= now) hold.lapsedAt = hold.until
      hold.status = 'confirmed'
      hold.until = now
      hold.bookingId = bookingId
    }
  }

  rebuild(truths: readonly SeatTruth[]): number {
    this.#epoch += 1
    this.#minutes.clear()
    this.#load(truths)
    return this.#epoch
  }

  /** Expired HELD is expired, swept or not; expired CONFIRMING is not. What was open in an older epoch is lost. */
  statusAt(now: number, hold: ModelHold): Hold['status'] | 'lost' {
    if (this.#isLost(hold)) return 'lost'
    return hold.status === 'held' && hold.until <= now ? 'expired' : hold.status
  }

  /** What somebody must look at now. */
  due(now: number): ModelHold[] {
    return this.holds.filter((hold) => this.#isOpen(hold) && hold.until <= now)
  }

  /** The live holds of a seat, but for those that the store overruled. I4: never more than one. */
  holdersOf(now: number, id: SeatId): ModelHold[] {
    const has = (hold: ModelHold) => hold.seats.some((seat) => seat.id === id) && !hold.overruled.has(id)
    return this.holds.filter((hold) => this.#isLive(hold, now) && has(hold))
  }

  map(): string {
    const byteOf = ({ state, blocked }: ModelSeat) =>
      state === 'FREE' && blocked ? seatBytes.blocked : bytes[state]
    return [...this.#seats.values()].map(byteOf).join('')
  }

  #applySeat({ seatId, rev, price, blocked, state, grantId }: SeatTruth): void {
    const seat = this.#seat(seatId)
    Object.assign(seat, { rev, price, blocked })
    const claimed = seat.state === 'HELD' || seat.state === 'CONFIRMING'
    if (claimed && state === 'AVAILABLE' && seat.grantId !== grantId) return
    const before = this.holds.find((hold) => hold.grantId === seat.grantId)
    if (state === 'AVAILABLE' || seat.grantId !== grantId) before?.overruled.add(seatId)
    Object.assign(seat, state === 'BOOKED' ? { state, grantId, until: 0 } : free)
  }

  #load(truths: readonly SeatTruth[]): void {
    for (const { seatId, rev, price, blocked, state, grantId } of truths) {
      const claim = state === 'BOOKED' ? { state, grantId, until: 0 } : free
      this.#seats.set(seatId, { rev, price, blocked, ...claim })
    }
  }

  #end(now: number, hold: ModelHold, status: 'released' | 'expired'): void {
    for (const seat of this.#naming(hold)) if (seat.state !== 'BOOKED') Object.assign(seat, free)
    if (hold.until <= now) hold.lapsedAt = hold.until
    hold.status = status
    hold.until = now
  }

  /** The refusal of an owner of whom too many holds ran out. Those that nobody has swept yet count as well. */
  #coolingDown(now: number, owner: Principal): Answer | null {
    const { lapsedHoldsPerOwner, coolDownMs } = this.#settings
    const lapses = this.holds
      .filter((hold) => hold.owner === owner && hold.epoch === this.#epoch)
      .map((hold) => (hold.status === 'held' && hold.until <= now ? hold.until : hold.lapsedAt))
      .filter((at) => at !== null)
    const againAtMs = Math.max(0, ...lapses) + coolDownMs
    const cools = lapses.length >= lapsedHoldsPerOwner && now < againAtMs
    return cools ? { word: 'cooling_down', againAtMs, limit: lapsedHoldsPerOwner } : null
  }

  #tooMany(now: number, owner: Principal, address: string, more: number): Answer | null {
    const countOf = (holds: readonly ModelHold[]) => holds.reduce((sum, hold) => sum + hold.seats.length, 0)
    const isHeld = (hold: ModelHold) => hold.status === 'held'
    const own = this.holds.filter(
      (hold) => hold.owner === owner && this.#isOpen(hold) && (!isHeld(hold) || hold.until > now),
    )
    const owned = countOf(own)
    if (owned + more > this.#settings.seatsHeldPerOwner) {
      const ends = own.filter(isHeld).map(({ until }) => until)
      return {
        word: 'too_many',
        scope: 'owner',
        againAtMs: ends.length > 0 ? Math.min(...ends) : now + minuteMs,
        limit: this.#settings.seatsHeldPerOwner,
      }
    }
    const slotEnd = ({ until }: ModelHold) => Math.ceil(until / slotMs) * slotMs
    const behind = this.holds.filter(
      (hold) => hold.address === address && this.#isOpen(hold) && (!isHeld(hold) || slotEnd(hold) > now),
    )
    const held = countOf(behind) + more
    if (held <= this.units && (held <= this.units / 2 || owned + more <= ownerShare)) return null
    const ends = behind.filter(isHeld).map(slotEnd)
    return {
      word: 'too_many',
      scope: 'address',
      againAtMs: ends.length > 0 ? Math.min(...ends) : now + slotMs,
      limit: held > this.units ? this.units : null,
    }
  }

  #tooFast(now: number, owner: Principal): Answer | null {
    const minute = this.#minuteOf(now, owner)
    if (!minute || minute.holds < this.#settings.holdsPerMinute) return null
    return { word: 'too_fast', againAtMs: minute.from + minuteMs, limit: this.#settings.holdsPerMinute }
  }

  #minuteOf(now: number, owner: Principal) {
    const minute = this.#minutes.get(owner)
    return minute && now < minute.from + minuteMs ? minute : undefined
  }

  #seat(id: SeatId): ModelSeat {
    const seat = this.#seats.get(id)
    if (!seat) throw new Error(`the model has no seat ${id}`)
    return seat
  }

  #naming({ seats, grantId }: ModelHold): ModelSeat[] {
    return seats.map(({ id }) => this.#seat(id)).filter((seat) => seat.grantId === grantId)
  }

  #taken({ seats, grantId }: ModelHold): Answer | null {
    const lost = seats.map(({ id }) => id).filter((id) => this.#seat(id).grantId !== grantId)
    return lost.length > 0 ? { word: 'taken', seats: lost } : null
  }

  #isLost({ status, epoch }: ModelHold): boolean {
    return epoch !== this.#epoch && (status === 'held' || status === 'confirming')
  }

  #isOpen({ status, epoch }: ModelHold): boolean {
    return epoch === this.#epoch && (status === 'held' || status === 'confirming')
  }

  #isLive(hold: ModelHold, now: number): boolean {
    return this.#isOpen(hold) && hold.until > now
  }
}
