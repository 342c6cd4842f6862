import { BookingView, HoldView, headers } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import type { ApiAnswer } from '../../edge/dev/api.ts'
import { auditEvent } from '../support/audit.ts'
import { buyerOf, refused, tally, told, wordOf } from './client.ts'
import { everyGround, useWorld } from './world.ts'

const crowd = 500
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1)

describe.each(everyGround)('a rush, on $store and the $redis Redis', (ground) => {
  const world = useWorld(ground)

  test(`of ${crowd} buyers at one seat one gets it, and nobody else can confirm it`, async () => {
    const shop = await world().openShop()
    const event = await shop.sell('one-seat', 1)
    const buyers = numbers(crowd).map((n) => buyerOf(shop.user(`buyer-${n}`), event))

    // As clients do: what does not answer on a machine that has too much to do is asked again, with the same key.
    const insist = async (ask: () => Promise<ApiAnswer>): Promise<ApiAnswer> => {
      const answer = await ask()
      return answer.status === 503 ? insist(ask) : answer
    }
    const holds = await Promise.all(buyers.map((buyer, n) => insist(() => buyer.hold(['S-1'], `hold-${n}`))))
    expect(tally(holds)).toEqual({ '201': 1, '409 seats_unavailable': crowd - 1 })
    const won = holds.findIndex(({ status }) => status === 201)
    const { id } = told(201, HoldView, holds[won])

    const madeUp = id.replace(/_.{22}/, `_${'x'.repeat(22)}`)
    const confirms = await Promise.all(
      buyers.map((buyer, n) =>
        insist(() => buyer.confirm(n % 2 === 0 || n === won ? id : madeUp, `pay_${n}`, `confirm-${n}`)),
      ),
    )
    expect(tally(confirms)).toEqual({ '201': 1, '404 not_found': crowd - 1 })
    const booking = told(201, BookingView, confirms[won])

    expect(await auditEvent(world().stack, event, new Set([booking.id]))).toEqual({
      ...{ bookings: 1, seatsSold: 1, lostBookings: 0, undecidedBookings: 0, partialBookings: 0 },
      ...{ doubleSales: 0, seatsInDisagreement: 0, overlappingHolds: 0 },
    })
  })

  test('by default a buyer who asks too often is told how long to wait', async () => {
    const shop = await world().openShop({ rateLimits: {} })
    const event = await shop.sell('limited', 1)
    const buyer = buyerOf(shop.user('hasty'), event)

    const answers = await Promise.all(numbers(60).map(() => buyer.hold(['S-1'])))
    const words = new Set(answers.map(wordOf))
    expect(words).toEqual(new Set(['201', '409 seats_unavailable', '429 rate_limited']))
    for (const answer of answers) {
      expect(answer.headers.get(headers.rateLimitLimit)).toBe('10')
      expect(Number(answer.headers.get(headers.rateLimitReset))).toBeGreaterThanOrEqual(1)
      if (answer.status !== 429) continue
      refused('rate_limited', answer)
      expect(answer.headers.get(headers.rateLimitRemaining)).toBe('0')
      expect(Number(answer.headers.get(headers.retryAfter))).toBeGreaterThanOrEqual(1)
    }
  })

  test('a client that claims another address every time is still one client', async () => {
    const shop = await world().openShop({ rateLimits: { clientPerSecond: 5 } })
    const claims = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'cf-connecting-ip', 'true-client-ip']
    const answers = await Promise.all(
      numbers(60).map((n) => {
        const claimed = Object.fromEntries(claims.map((name) => [name, `192.0.2.${n}`]))
        return shop.page.with(claimed).call('POST', '/v1/auth/guest')
      }),
    )
    expect(tally(answers)).toHaveProperty('429 rate_limited')
    for (const answer of answers) expect(answer.headers.get(headers.rateLimitLimit)).toBe('5')
  })
})
