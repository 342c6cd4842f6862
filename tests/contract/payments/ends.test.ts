import { describe, expect, test } from 'vitest'
import { type Fate, steps } from './balance/mortal.ts'
import { everyPathOf } from './balance/plans.ts'
import { played } from './balance/played.ts'
import { bankTeller } from './balance/teller.ts'

const ways: Omit<Fate, 'step' | 'nth'>[] = [
  { isAfter: false, resumes: false },
  { isAfter: true, resumes: false },
  { isAfter: false, resumes: true },
]

describe('I3: the books balance when every process ends, or stalls,', () => {
  test.each(steps)('at the step: %s', async (step) => {
    for (const way of ways) {
      const course = await played(bankTeller('stripe'), everyPathOf({ step, nth: 1, ...way }))
      expect(course.ends.get(step)).toBeGreaterThan(0)
      expect(course.bookings).toBeGreaterThan(0)
    }
  })
})
