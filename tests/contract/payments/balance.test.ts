import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seasonOf } from './balance/plans.ts'
import { played } from './balance/played.ts'
import { bankTeller, type OpenTeller, razorpayTeller, stripeTeller } from './balance/teller.ts'

describe('I3: the books balance to the minor unit', () => {
  // A thousand sales in all.
  const salesPerSeason = 10
  const steps = { currency: 'KWD', step: 10 }
  const providers: [string, OpenTeller, number, typeof steps | object][] = [
    ['a bank', bankTeller('stripe'), 40, {}],
    ['a bank whose payments nobody ordered', bankTeller('simulated'), 20, {}],
    ['Stripe', stripeTeller, 20, {}],
    ['Razorpay', razorpayTeller, 20, {}],
    // Two thirds of a price are no sum that these can give back.
    ['Stripe, in a currency of steps', stripeTeller, 10, steps],
    ['Razorpay, in a currency of steps', razorpayTeller, 10, steps],
  ]

  test.each(providers)(
    'whatever goes wrong, with %s',
    { timeout: 600_000 },
    async (_, open, numRuns, money) => {
      let [bookings, smallEnoughMs] = [0, Number.POSITIVE_INFINITY]
      const property = fc.asyncProperty(seasonOf(salesPerSeason), async (season) => {
        // A failure is made smaller for a minute; the sales themselves take what they take.
        if (performance.now() > smallEnoughMs) return
        try {
          bookings += (await played(open, season, money)).bookings
        } catch (error) {
          smallEnoughMs = Math.min(smallEnoughMs, performance.now() + 60_000)
          throw error
        }
      })
      await fc.assert(property, { numRuns })
      expect(bookings).toBeGreaterThan(numRuns)
    },
  )
})
