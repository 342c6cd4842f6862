import { audit, type Totals } from './books.ts'
import type { Season } from './plans.ts'
import { openSale } from './sale.ts'
import { type Course, play } from './season.ts'
import type { OpenTeller } from './teller.ts'

/** Plays a season, and audits it when all is at rest. */
export async function played(
  open: OpenTeller,
  season: Season,
  money: Pick<NonNullable<Parameters<typeof openSale>[2]>, 'currency' | 'step'> = {},
): Promise<Course & Totals> {
  const sale = await openSale(open, season.plans.length, money)
  try {
    return { ...(await play(sale, season)), ...(await audit(sale)) }
  } finally {
    await sale.close()
  }
}
