import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seasonOf } from './balance/plans.ts'
import { played } from './balance/played.ts'
import { bankTeller, type OpenTeller, razorpayTeller, stripeTeller } from './balance/teller.ts'

describe('I3: the books balance to the minor unit', () => {
  // A thousand sales in all.
  const salesPerSeason = 10
  const providers: [string, OpenTeller, number][] = [
    ['a bank', bankTeller('stripe'), 40],
    ['a bank whose payments nobody ordered', bankTeller('simulated'), 20],
    ['Stripe', stripeTeller, 20],
    ['Razorpay', razorpayTeller, 20],
  ]

  test.each(providers)('whatever goes wrong, with %s', async (_, open, numRuns) => {
    let bookings = 0
    const property = fc.asyncProperty(seasonOf(salesPerSeason), async (season) => {
      bookings += (await played(open, season)).bookings
    })
    // A failure is made smaller for so long; it is no pass when the sales themselves take longer.
    const limits = { interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true }
    await fc.assert(property, { numRuns, ...limits })
    expect(bookings).toBeGreaterThan(numRuns)
  })
})
