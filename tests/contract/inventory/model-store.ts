import type { BookingId, GrantId, SeatId } from '@holdfast/contract'
import type { SeatTruth } from '@holdfast/inventory'
import type { ModelHold } from './model.ts'

/** The store's side of a model run: who got which seat, and everything it ever said of one. */
export class ModelStore {
  readonly #seats: Map<SeatId, SeatTruth>
  readonly #decisions = new Map<GrantId, 'CONFIRMED' | 'EXPIRED'>()
  /** Every truth that was ever true: old ones may still be on their way to the inventory. */
  readonly told: SeatTruth[] = []

  constructor(truths: readonly SeatTruth[]) {
    this.#seats = new Map(truths.map((truth) => [truth.seatId, truth]))
  }

  truths(): SeatTruth[] {
    return [...this.#seats.values()]
  }

  of(ids: readonly SeatId[]): SeatTruth[] {
    return this.truths().filter(({ seatId }) => ids.includes(seatId))
  }

  /** Changes a seat, which is then newer. */
  change(id: SeatId, change: Partial<SeatTruth>): void {
    const [seat] = this.of([id])
    if (!seat) throw new Error(`the store has no seat ${id}`)
    const newer = { ...seat, ...change, rev: seat.rev + 1 }
    this.#seats.set(id, newer)
    this.told.push(newer)
  }

  /** Commits a confirm: false, and nothing changes, when the grant is decided or a seat is sold. */
  book({ grantId, seats }: ModelHold, bookingId: BookingId): boolean {
    const ids = seats.map(({ id }) => id)
    const sold = this.of(ids).some(({ state }) => state === 'BOOKED')
    if (sold || this.#decisions.has(grantId)) return false
    this.#decisions.set(grantId, 'CONFIRMED')
    for (const id of ids) this.change(id, { state: 'BOOKED', grantId, bookingId })
    return true
  }

  /** Gives the seats of a grant's booking back; they go on naming the grant. */
  cancel({ grantId }: ModelHold): SeatId[] {
    const own = this.truths().filter((seat) => seat.state === 'BOOKED' && seat.grantId === grantId)
    for (const { seatId } of own) this.change(seatId, { state: 'AVAILABLE', bookingId: null })
    return own.map(({ seatId }) => seatId)
  }

  /** Decides EXPIRED unless the grant is decided already, and says which it is. */
  decideExpired({ grantId }: ModelHold): 'CONFIRMED' | 'EXPIRED' {
    const decision = this.#decisions.get(grantId) ?? 'EXPIRED'
    this.#decisions.set(grantId, decision)
    return decision
  }
}
