import { BookingView, HoldView } from '@holdfast/contract'
import type { EventRef } from '@holdfast/inventory'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { inFlight, until } from '../contract/inventory/poll.ts'
import { buyerOf, type Client, createClient, told, wordOf } from '../e2e/client.ts'
import type { Shop } from '../e2e/world.ts'
import { createRandom } from '../simulation/scheduler.ts'
import { auditEvent } from '../support/audit.ts'
import { auditMoney } from '../support/audit-money.ts'
import { sqlite } from '../support/databases.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { tell } from '../support/figures.ts'
import { figures, insist, seed, useLossyWorld } from './world.ts'

const attempts = 1_000
const atOnce = 160
const atOnceMin = 100
/** Half of what is lost is lost without a word, and half with the connection. */
const fivePercent = [
  { fault: 'answer_dropped', chance: 0.025 },
  { fault: 'answer_reset', chance: 0.0257 },
] as const
/** How long a buyer waits for an answer until the same is sent again; twice as long after each that did not come. */
const patienceMs = 3_000
/** Repair leaves a payment to its confirm for 15 s before it looks. */

describe('F16, F25, F26, I1, I3: one seat, and every answer may get lost', () => {
  const world = useLossyWorld({ ...sqlite, redis: 'server' }, { edgeToRedis: 'rest' })
  let street: FaultProxy
  beforeAll(async () => {
    street = await startFaultProxy(world().stack.edgeUrl, seed)
  })
  afterAll(() => street?.close())

  /** What the buyers of one event were told; and how many of their requests were under way at once, at most. */
  const tally = { words: new Map<string, number>(), now: 0, most: 0 }
  const counted = (always: Readonly<Record<string, string>>): Client => {
    let waitMs = patienceMs
    const client = (): Client => createClient(street.url, always, waitMs)
    return {
      ...client(),
      async call(...args) {
        tally.now += 1
        tally.most = Math.max(tally.most, tally.now)
        try {
          return await client().call(...args)
        } catch (error) {
          waitMs = Math.min(2 * waitMs, 60_000)
          throw error
        } finally {
          tally.now -= 1
        }
      },
    }
  }
  const note = (action: string, answer: ApiAnswer) => {
    const word = `${action} ${wordOf(answer)}`
    tally.words.set(word, (tally.words.get(word) ?? 0) + 1)
    return answer
  }

  /**
   * One attempt: holds, and then walks away, gives back or pays; some pay twice at once, with two cards. Whatever is
   * not answered is sent again with its key. Gives the ids of the bookings that it was told of.
   */
  async function attempt(shop: Shop, event: EventRef, n: number): Promise<string[]> {
    const random = createRandom(seed + n)
    const always = { 'x-api-key': shop.secretKey, 'x-external-user-id': `buyer-${n}` }
    const buyer = buyerOf(counted(always), event)
    const hold = note('hold', await insist(() => buyer.hold(['S-1'], `hold-${n}`)))
    if (hold.status !== 201) return []
    const { id, status } = HoldView.parse(hold.body)
    // In the first half nobody pays, so that the seat goes through many hands.
    const isEarly = n < attempts / 2
    if (status !== 'held' || (isEarly && random.chance(0.3))) return []
    if (isEarly) {
      note('release', await insist(() => buyer.release(id)))
      return []
    }
    const cards = random.chance(0.5) ? ['a'] : ['a', 'b']
    const answers = await Promise.all(
      cards.map(async (card) => {
        const send = () => buyer.confirm(id, `pay_${event.eventId}_${n}_${card}`, `confirm-${n}-${card}`)
        const first = note('confirm', await insist(send))
        const again = await insist(send)
        expect([again.status, again.text], 'F26: the same key gets the same bytes').toEqual([
          first.status,
          first.text,
        ])
        return first
      }),
    )
    return answers.flatMap((answer) => (answer.status === 201 ? [told(201, BookingView, answer).id] : []))
  }

  test('1,000 attempts, 100 of them in flight, 5 % of answers lost: 1 live booking, 0 orphan captures', {
    timeout: 600_000,
  }, async ({ task }) => {
    const { lines, openShop, stack, store } = world()
    const shop = await openShop()
    const event = await shop.sell('one-seat', 1, { holdTtlMs: 1_000 })
    const lossy = { street, edgeAndCore: lines.edgeAndCore, edgeAndRedis: lines.edgeAndRedis }
    for (const line of Object.values(lossy)) line.inflict(...fivePercent)
    // Of one sale core hears little: what it says of the first confirms gets lost, each way once, and then by chance.
    lines.edgeAndCore.inflict(
      { fault: 'answer_reset', matches: /^POST \S+\/confirm/, times: 1 },
      { fault: 'answer_dropped', matches: /^POST \S+\/confirm/, times: 1 },
      ...fivePercent,
    )

    const tasks = Array.from({ length: attempts }, (_, n) => () => attempt(shop, event, n))
    const bookings = new Set((await inFlight(atOnce, tasks)).flat())
    // Where all is slow, every hold was over before it was paid for: somebody comes when the crowd has gone.
    for (let n = attempts; bookings.size === 0; n++)
      for (const id of await attempt(shop, event, n)) bookings.add(id)
    street.heal()
    world().heal()
    expect(tally.most).toBeGreaterThanOrEqual(atOnceMin)
    expect(bookings.size).toBe(1)
    expect(await auditEvent(stack, event, bookings)).toEqual({
      ...{ bookings: 1, seatsSold: 1, lostBookings: 0, undecidedBookings: 0 },
      ...{ doubleSales: 0, seatsInDisagreement: 0, partialBookings: 0, overlappingHolds: 0 },
    })
    const money = () => auditMoney(store, shop.appId)
    await until(async () => (await money()).restless.length === 0)
    const { captured, refunded, earned, orphanCaptures } = await money()
    expect({ orphanCaptures, kept: captured - refunded }).toEqual({ orphanCaptures: 0, kept: earned })

    const lost = Object.entries(lossy).map(([name, { counts }]) => {
      const gone = counts.answer_dropped + counts.answer_reset
      expect(gone, `answers lost on ${name}`).toBeGreaterThan(0)
      return `${gone} of ${counts.messages} on ${name}`
    })
    figures(`one seat: ${attempts} attempts, ${tally.most} in flight, answers lost: ${lost.join(', ')}`, {
      bookings: bookings.size,
      orphanCaptures,
      captured,
      refunded,
      ...Object.fromEntries(tally.words),
    })
    tell(
      task,
      'one seat, 1,000 attempts, 100 in flight, 5 % of answers dropped',
      `${attempts} attempts, ${tally.most} in flight, answers lost: ${lost.join(', ')}; ${bookings.size} live booking, ${orphanCaptures} orphan captures`,
    )
  })
})
