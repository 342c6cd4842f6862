import { BookingView, HoldView, headers } from '@holdfast/contract'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { type Buyer, buyerOf, createClient, told, wordOf } from '../e2e/client.ts'
import { createRandom } from '../simulation/scheduler.ts'
import { auditEvent } from '../support/audit.ts'
import { sqlite } from '../support/databases.ts'
import { type Act, auditHolds } from '../support/hold-history.ts'
import { figures, insist, lostOnTheWay, seed, useLossyWorld } from './world.ts'

const seatCount = 4
const [buyers, grantsMin] = [24, 45]
/** The shortest that an event may have: most holds end by themselves while others ask for their seats. */
const holdTtlMs = 1_000
const patienceMs = 3_000
/** A grant that became a booking. */
interface Sold {
  readonly grantId: string
  readonly bookingId: string
}
/** Refusals for the lock: the hold is over, is somebody else's, or is not known. */
const forTheLock = /hold_expired|hold_lost|hold_released|seats_unavailable|not_found/

describe('I4, I5: holds that everybody wants at once, over HTTP, while answers get lost', () => {
  const world = useLossyWorld({ ...sqlite, redis: 'server' }, { edgeToRedis: 'tcp' })
  let clock: Redis
  beforeAll(() => {
    clock = new Redis(world().stack.redis.url ?? '')
  })
  afterAll(() => clock?.disconnect())

  /** Milliseconds of Redis, which every hold lives by. */
  async function redisMs(): Promise<number> {
    const [seconds, micros] = await clock.time()
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000)
  }

  const acts: Act[] = []
  const words = new Map<string, number>()
  const grantCount = () => acts.filter(({ does }) => does === 'hold').length

  /** Sends until the answer is final, and says between which times of Redis that was. */
  async function ask(send: () => Promise<ApiAnswer>) {
    let isUnsure = false
    const fromMs = await redisMs()
    const answer = await insist(async () => {
      const heard = await send().catch(lostOnTheWay)
      if (!heard || heard.status === 202 || heard.status >= 500) isUnsure = true
      return heard
    })
    const word = wordOf(answer)
    words.set(word, (words.get(word) ?? 0) + 1)
    return { answer, fromMs, toMs: await redisMs(), isUnsure }
  }

  /** Holds a seat and does something else with it, or nothing; gives what came of it, if it was sold. */
  async function buy(
    buyer: Buyer,
    name: string,
    random: ReturnType<typeof createRandom>,
  ): Promise<Sold | null> {
    const seats = [`S-${random.between(1, seatCount)}`]
    const asked = await ask(() => buyer.hold(seats, `${name}-hold`))
    if (asked.answer.status !== 201) return null
    const view = HoldView.parse(asked.answer.body)
    // Of one that is over already nothing is promised any more.
    if (view.status !== 'held' || view.expiresAt === null) return null
    const grantId = view.id
    const note = (act: Omit<Act, 'grantId' | 'seats'>) => acts.push({ grantId, seats, ...act })
    /** What an open hold tells: until when it is kept, and what time it was when Redis said so. */
    const kept = ({ expiresAt, expiresInMs }: HoldView) => {
      const untilMs = Date.parse(expiresAt ?? '')
      return { untilMs, toMs: untilMs - expiresInMs, outcome: 'done' as const }
    }
    note({ does: 'hold', fromMs: asked.fromMs, ...kept(view) })
    for (let steps = random.between(0, 2); steps > 0; steps--) {
      const { answer, fromMs, toMs } = await ask(() => buyer.extend(grantId, `${name}-extend-${steps}`))
      const extended = answer.status === 200 ? HoldView.parse(answer.body) : null
      if (extended?.status === 'held') note({ does: 'extend', fromMs, ...kept(extended) })
      else if (forTheLock.test(wordOf(answer))) note({ does: 'extend', fromMs, toMs, outcome: 'refused' })
    }
    const end = random.fraction()
    if (end < 0.3) return null
    if (end < 0.6) {
      const { answer, fromMs, toMs, isUnsure } = await ask(() => buyer.release(grantId))
      const isDone = answer.status === 204
      if (isDone || isUnsure)
        note({ does: 'end', fromMs, toMs: isDone ? toMs : Infinity, outcome: 'unknown' })
      return null
    }
    const { answer, fromMs, toMs } = await ask(() => buyer.confirm(grantId, `pay_${name}`, `${name}-confirm`))
    if (answer.status === 201) {
      note({ does: 'book', fromMs, toMs, outcome: 'done' })
      return { grantId, bookingId: told(201, BookingView, answer).id }
    }
    if (forTheLock.test(wordOf(answer))) note({ does: 'book', fromMs, toMs, outcome: 'refused' })
    return null
  }

  test('no seat has two holders, and no hold or sale is refused within its time', async () => {
    const { lines, openShop, stack } = world()
    const shop = await openShop()
    const event = await shop.sell('wanted', seatCount, { holdTtlMs })
    const bookings = new Set<string>()
    lines.edgeAndRedis.inflict({ fault: 'answer_reset', chance: 0.02 }, { fault: 'reset', chance: 0.02 })
    lines.edgeAndCore.inflict(
      { fault: 'answer_reset', matches: /^POST \S+\/confirm/, times: 1 },
      { fault: 'answer_reset', chance: 0.1 },
      { fault: 'duplicate', chance: 0.1 },
    )
    await Promise.all(
      Array.from({ length: buyers }, async (_, n) => {
        const random = createRandom(seed + n)
        const always = { 'x-api-key': shop.secretKey, 'x-external-user-id': `buyer-${n}` }
        const buyer = buyerOf(createClient(shop.edgeUrl, always, patienceMs), event)
        for (let round = 0; grantCount() < grantsMin; round++) {
          const sold = await buy(buyer, `${n}-${round}`, random)
          if (sold === null) continue
          // The seat goes back on sale, so that there is something to hold.
          const fromMs = await redisMs()
          const cancel = { body: {}, headers: { [headers.idempotencyKey]: sold.bookingId } }
          const path = `/v1/bookings/${sold.bookingId}/cancel`
          const { status } = await insist(() => shop.server.call('POST', path, cancel))
          expect(status).toBe(200)
          bookings.add(sold.bookingId)
          acts.push({
            does: 'end',
            grantId: sold.grantId,
            seats: [],
            fromMs,
            toMs: Infinity,
            outcome: 'unknown',
          })
        }
      }),
    )
    const lost = [lines.edgeAndRedis, lines.edgeAndCore].map(
      ({ counts }) => counts.answer_reset + counts.reset,
    )
    world().heal()

    expect(auditHolds(acts)).toEqual([])
    const answers = Object.fromEntries(words)
    for (const word of ['201', '204', '409 seats_unavailable']) expect(answers[word], word).toBeGreaterThan(0)
    for (const one of lost) expect(one).toBeGreaterThan(0)
    expect(bookings.size).toBeGreaterThan(0)
    expect(await auditEvent(stack, event, new Set())).toMatchObject({
      ...{ bookings: 0, seatsSold: 0, doubleSales: 0, seatsInDisagreement: 0, partialBookings: 0 },
    })
    const grants = { grants: grantCount(), violations: 0, 'sold and cancelled': bookings.size }
    figures(`holds of ${seatCount} seats by ${buyers} buyers over HTTP`, { ...grants, ...answers })
  })
})
