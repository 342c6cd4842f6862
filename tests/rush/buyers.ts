import { setTimeout as pause } from 'node:timers/promises'
import { type Client, createClient, HoldfastFault, HoldfastProblem } from '@holdfast/client'
import { ProblemBody } from '@holdfast/contract'

/** What the buyers did and were told, counted. */
export interface Tally {
  /** Answers by `status code`, e.g. `409 seats_unavailable`. */
  readonly answers: Map<string, number>
  readonly bookings: Set<string>
  /** Buyers whose confirm was sent and not answered yet: now, and at the most. */
  confirming: number
  confirmingMax: number
  /** Holds whose answer did not have exactly the seats that were asked for (I7). */
  partialHolds: number
  /** A repeated click that got another hold or another booking than the first (I8). */
  unequalRepeats: number
}

export const newTally = (): Tally => ({
  answers: new Map(),
  bookings: new Set(),
  confirming: 0,
  confirmingMax: 0,
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

/** Sends as `fetch` does, and counts every answer by its status and code, as it came. */
const counting =
  ({ answers }: Tally): typeof fetch =>
  async (url, init) => {
    const response = await fetch(url, init)
    const isRefusal = response.headers.get('content-type') === 'application/problem+json'
    const code = isRefusal ? ProblemBody.parse(await response.clone().json()).code : undefined
    const name = `${response.status} ${code ?? (response.ok ? 'ok' : '?')}`
    answers.set(name, (answers.get(name) ?? 0) + 1)
    return response
  }

/**
 * One buyer, vouched for by the app's server. Whatever is answered counts, so nothing is sent again by itself, but by who is told that
 * there is too much to do just now: they come again when they are told to, with the same key.
 */
export class Buyer {
  readonly #client: Client
  readonly #eventId: string
  readonly #tally: Tally
  readonly #name: string
  #keys = 0

  constructor({ edgeUrl, secretKey, eventId }: Shop, tally: Tally, name: string) {
    this.#client = createClient({
      baseUrl: edgeUrl,
      apiKey: secretKey,
      externalUser: { id: name },
      retries: { attempts: 1 },
      timeoutMs: 60_000,
      fetch: counting(tally),
    })
    this.#eventId = eventId
    this.#tally = tally
    this.#name = name
  }

  /** Clicks at once, all with one key; what was answered, if it was not a refusal. */
  async #click<Answer extends { readonly id: string }>(
    clicks: number,
    call: (options: { readonly idempotencyKey: string }) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    this.#keys += 1
    const options = { idempotencyKey: `${this.#name}-${this.#keys}` }
    const answers = await Promise.all(
      Array.from({ length: clicks }, () => unlessRefused(insisting(() => call(options)))),
    )
    const good = answers.filter((answer) => answer !== undefined)
    if (new Set(good.map(({ id }) => id)).size > 1) this.#tally.unequalRepeats += 1
    return good[0]
  }

  /** Asks for seats; the hold's id, or null when they are taken. */
  async hold(seats: readonly string[], clicks = 1): Promise<string | null> {
    const hold = await this.#click(clicks, (options) =>
      this.#client.createHold({ eventId: this.#eventId, seats: [...seats] }, options),
    )
    if (!hold) return null
    const got = hold.seats.map((seat) => seat.id)
    if (got.toSorted().join() !== seats.toSorted().join()) this.#tally.partialHolds += 1
    return hold.id
  }

  async confirm(holdId: string, payment: string, clicks = 1): Promise<boolean> {
    const tally = this.#tally
    tally.confirming += 1
    tally.confirmingMax = Math.max(tally.confirmingMax, tally.confirming)
    const booking = await this.#click(clicks, (options) =>
      this.#client.confirmHold({ eventId: this.#eventId, holdId, payment: { id: payment } }, options),
    )
    tally.confirming -= 1
    if (booking) tally.bookings.add(booking.id)
    return booking !== undefined
  }

  async release(holdId: string): Promise<void> {
    await unlessRefused(this.#client.releaseHold({ eventId: this.#eventId, holdId }))
  }
}

/** Asks again whenever a machine that has too much to do says so, after as long as it says. */
async function insisting<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof HoldfastProblem && error.code === 'overloaded')) throw error
      await pause(error.retryAfterMs ?? 1_000)
    }
  }
}

/** An answer, or nothing where the service answered something else, which has been counted. */
async function unlessRefused<Answer>(call: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call
  } catch (error) {
    if (error instanceof HoldfastProblem) return undefined
    if (error instanceof HoldfastFault && error.status !== undefined) return undefined
    throw error
  }
}

/** What a buyer with a hold does at the till: pays, at times after a card that is declined, or with a double click. */
export async function pay(buyer: Buyer, n: number, hold: string, random: () => number): Promise<void> {
  const clicks = random() < 0.15 ? 2 : 1
  if (random() < 0.05) await buyer.confirm(hold, `pay_declined_till_${n}`)
  await buyer.confirm(hold, random() < 0.1 ? `pay_auth_till_${n}` : `pay_till_${n}`, clicks)
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
