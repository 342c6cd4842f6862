import { headers } from '@holdfast/contract'
import { type ApiAnswer, callApi } from '../../edge/dev/api.ts'

/** What the buyers did and were told, counted. */
export interface Tally {
  /** Answers by `status code`, e.g. `409 seats_unavailable`. */
  readonly answers: Map<string, number>
  readonly bookings: Set<string>
  /** Holds whose answer did not have exactly the seats that were asked for (I7). */
  partialHolds: number
  /** A repeated click that got another hold or another booking than the first (I8). */
  unequalRepeats: number
}

export const newTally = (): Tally => ({
  answers: new Map(),
  bookings: new Set(),
  partialHolds: 0,
  unequalRepeats: 0,
})

/** Where the buyers go. */
export interface Shop {
  readonly edgeUrl: string
  readonly secretKey: string
  readonly eventId: string
}

/** A small generator of numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

interface Body {
  readonly id?: string
  readonly code?: string
  readonly seats?: readonly { readonly id: string }[]
}
const bodyOf = (answer: ApiAnswer): Body => (answer.body ?? {}) as Body

/** One buyer, vouched for by the app's server. */
export class Buyer {
  readonly #shop: Shop
  readonly #tally: Tally
  readonly #name: string
  #keys = 0

  constructor(shop: Shop, tally: Tally, name: string) {
    this.#shop = shop
    this.#tally = tally
    this.#name = name
  }

  async #call(method: string, path: string, body?: unknown, clicks = 1): Promise<ApiAnswer> {
    const { edgeUrl, secretKey, eventId } = this.#shop
    this.#keys += 1
    const call = {
      method,
      headers: {
        [headers.apiKey]: secretKey,
        [headers.externalUserId]: this.#name,
        [headers.idempotencyKey]: `${this.#name}-${this.#keys}`,
      },
      ...(body !== undefined && { body }),
    }
    const url = `${edgeUrl}/v1/events/${eventId}/holds${path}`
    const answers = await Promise.all(Array.from({ length: clicks }, () => callApi(url, call)))
    for (const answer of answers) {
      const name = `${answer.status} ${bodyOf(answer).code ?? (answer.status < 300 ? 'ok' : '?')}`
      this.#tally.answers.set(name, (this.#tally.answers.get(name) ?? 0) + 1)
    }
    const good = answers.filter((answer) => answer.status === 201)
    if (new Set(good.map((answer) => bodyOf(answer).id)).size > 1) this.#tally.unequalRepeats += 1
    const [first] = answers
    if (!first) throw new Error('a call without a click')
    return good[0] ?? first
  }

  /** Asks for seats; the hold's id, or null when they are taken. */
  async hold(seats: readonly string[], clicks = 1): Promise<string | null> {
    const answer = await this.#call('POST', '', { seats }, clicks)
    if (answer.status !== 201) return null
    const got = bodyOf(answer).seats?.map((seat) => seat.id) ?? []
    if (got.toSorted().join() !== seats.toSorted().join()) this.#tally.partialHolds += 1
    return bodyOf(answer).id ?? null
  }

  async confirm(hold: string, payment: string, clicks = 1): Promise<boolean> {
    const answer = await this.#call('POST', `/${hold}/confirm`, { payment: { id: payment } }, clicks)
    const { id } = bodyOf(answer)
    if (answer.status === 201 && id) this.#tally.bookings.add(id)
    return answer.status === 201
  }

  async release(hold: string): Promise<void> {
    await this.#call('DELETE', `/${hold}`)
  }
}

/** What one buyer of a rush does: finds seats beside each other, and confirms, declines, gives back or walks away. */
export async function shop(buyer: Buyer, n: number, seatCount: number, random: () => number): Promise<void> {
  const wanted = 1 + Math.floor(random() * 4)
  const clicks = random() < 0.15 ? 2 : 1
  const end = random()
  for (let attempt = 0; attempt < 4; attempt++) {
    const first = Math.floor(random() * (seatCount - wanted + 1))
    const seats = Array.from({ length: wanted }, (_, i) => `S-${first + i + 1}`)
    const hold = await buyer.hold(seats, clicks)
    if (hold === null) continue
    if (end < 0.1) return
    if (end < 0.2) return buyer.release(hold)
    if (end < 0.25) await buyer.confirm(hold, `pay_declined_${n}`)
    const payment = end < 0.35 ? `pay_auth_${n}` : `pay_${n}`
    await buyer.confirm(hold, payment, clicks)
    return
  }
}
