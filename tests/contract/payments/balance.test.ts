import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { audit, type Totals } from './balance/books.ts'
import { type Fate, steps } from './balance/mortal.ts'
import { everyPathOf, type Season, seasonOf } from './balance/plans.ts'
import { openSale } from './balance/sale.ts'
import { type Course, play } from './balance/season.ts'
import { bankTeller, type OpenTeller, razorpayTeller, stripeTeller } from './balance/teller.ts'

/** Plays a season and audits it when all is at rest. */
async function played(open: OpenTeller, season: Season): Promise<Course & Totals> {
  const sale = await openSale(open, season.plans.length)
  try {
    return { ...(await play(sale, season)), ...(await audit(sale)) }
  } finally {
    await sale.close()
  }
}

describe('the books balance to the minor unit', () => {
  // A thousand sales in all.
  const salesPerSeason = 10
  const providers: [string, OpenTeller, number][] = [
    ['a bank', bankTeller('stripe'), 40],
    ['a bank whose payments nobody ordered', bankTeller('simulated'), 20],
    ['Stripe', stripeTeller, 20],
    ['Razorpay', razorpayTeller, 20],
  ]

  test.each(providers)('whatever goes wrong, with %s', { timeout: 60_000 }, async (_, open, numRuns) => {
    let bookings = 0
    const property = fc.asyncProperty(seasonOf(salesPerSeason), async (season) => {
      bookings += (await played(open, season)).bookings
    })
    const { HOLDFAST_SEED: named } = process.env
    const seed = named === undefined ? Date.now() % 2 ** 31 : Number(named)
    console.log(`HOLDFAST_SEED=${seed}`)
    await fc.assert(property, { numRuns, seed })
    expect(bookings).toBeGreaterThan(numRuns)
  })

  describe('when a process ends', () => {
    const ways: Omit<Fate, 'step' | 'nth'>[] = [
      { isAfter: false, resumes: false },
      { isAfter: true, resumes: false },
      { isAfter: false, resumes: true },
    ]

    test.each(steps)('at the step: %s', async (step) => {
      for (const way of ways) {
        const course = await played(bankTeller('stripe'), everyPathOf({ step, nth: 1, ...way }))
        expect(course.ends.get(step)).toBeGreaterThan(0)
        expect(course.bookings).toBeGreaterThan(0)
      }
    })
  })
})
