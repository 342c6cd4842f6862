import fc from 'fast-check'
import { afterAll, beforeAll, describe, test } from 'vitest'
import type { Bench } from './bench.ts'
import { seatIds } from './fixtures.ts'
import { expectMapOfSeats } from './map.ts'
import { Model } from './model.ts'
import { buyerSteps } from './model-buyers.ts'
import { keeperSteps } from './model-keepers.ts'
import { ModelStore } from './model-store.ts'
import { openSale } from './sale.ts'

const ids = ['A-1', 'A-2', 'A-3', 'A-4']
/** Some sales are strict with their owners, so that refusals are reached; others let everything happen. */
const settings = fc.record({
  seatsHeldPerOwner: fc.constant(3),
  holdTtlMs: fc.constant(60_000),
  holdLifetimeMs: fc.constant(60_000),
  holdsPerMinute: fc.constantFrom(2, 1_000),
  lapsedHoldsPerOwner: fc.constantFrom(1, 1, 1_000),
  coolDownMs: fc.constantFrom(60, 60_000),
})

/** What an address may hold: of both buyers together, fewer than there are, or all. */
const budget = fc.constantFrom(3, 1_000)

const seats = seatIds(ids)
const buyers = buyerSteps(seats)
const steps = fc.commands([...buyers, ...buyers, ...keeperSteps(seats)], { maxCommands: 30, size: 'max' })

/** Compares the inventory with the model over random sequences of calls; a failure shrinks and prints its seed. */
export function modelSuite(name: string, open: () => Promise<Bench>, numRuns: number): void {
  describe(`inventory on ${name}, against the model`, () => {
    let bench: Bench
    beforeAll(async () => {
      bench = await open()
    })
    afterAll(() => bench?.close())

    test('whatever is called in whatever order, the model answers the same', async () => {
      const property = fc.asyncProperty(steps, settings, budget, async (drawn, rules, units) => {
        const sale = await openSale(bench, { seats: ids, ...rules })
        const truths = ids.map((id) => sale.truth(id))
        const world = { model: new Model(sale.settings, truths, units), store: new ModelStore(truths) }
        await fc.asyncModelRun(() => ({ model: world, real: sale }), drawn)
        await expectMapOfSeats(sale)
        await sale.forget()
      })
      await fc.assert(property, { numRuns, endOnFailure: false })
    })
  })
}
