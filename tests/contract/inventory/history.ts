import { BookingId } from '@holdfast/contract'
import type { SeatTruth } from '@holdfast/inventory'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ann, strayGrant } from './fixtures.ts'
import type { OpenSale, Sale } from './sale.ts'

const [runs, seats] = [15, ['A-1', 'A-2', 'A-3']]

interface Turn {
  readonly booked: boolean
  readonly blocked: boolean
  readonly price: number
}
const turn: fc.Arbitrary<Turn> = fc.record({
  booked: fc.boolean(),
  blocked: fc.boolean(),
  price: fc.nat(9_999),
})
const history = fc.array(turn, { minLength: 1, maxLength: 5 })

/** What the store said of one seat, revision after revision: it is sold by a grant, and freed naming the same. */
function truthsOf(sale: Sale, id: string, turns: readonly Turn[]): SeatTruth[] {
  let grantId = strayGrant()
  return turns.map(({ booked, blocked, price }, at) => {
    const before = turns[at - 1]
    if (booked && !before?.booked) grantId = strayGrant()
    return sale.truth(id, {
      rev: at + 2,
      state: booked ? 'BOOKED' : 'AVAILABLE',
      blocked,
      price,
      grantId,
      bookingId: booked ? BookingId.parse('BK-1') : null,
    })
  })
}

/** Deliveries of the truths: every one at least once, in any order, in batches of any size. */
const deliveries = (truths: readonly SeatTruth[]): fc.Arbitrary<SeatTruth[]> =>
  fc
    .array(fc.constantFrom(...truths), { maxLength: 6 })
    .chain((again) => fc.shuffledSubarray([...truths, ...again], { minLength: truths.length + again.length }))

/** Cuts deliveries into batches of at most `size`, each of which names a seat once. */
function batchesOf(told: readonly SeatTruth[], size: number): SeatTruth[][] {
  const batches: SeatTruth[][] = []
  for (const truth of told) {
    const open = batches.at(-1)
    if (open && open.length < size && !open.some(({ seatId }) => seatId === truth.seatId)) open.push(truth)
    else batches.push([truth])
  }
  return batches
}

/** Random histories of seats, told in any order and more than once. */
export function historyTests(openSale: OpenSale): void {
  const byteOf = ({ state, blocked }: SeatTruth): string => (state === 'BOOKED' ? 'B' : blocked ? 'X' : 'F')

  test('F35: told in any order and repeated, the news of a seat end in the newest', async () => {
    const histories = fc.tuple(history, history, history)
    const size = fc.integer({ min: 1, max: 3 })
    const property = fc.asyncProperty(histories, size, fc.gen(), async (turns, batchSize, gen) => {
      const sale = await openSale({ seats })
      const truths = seats.map((id, at) => truthsOf(sale, id, turns[at] ?? []))
      const told = gen(deliveries, truths.flat())
      for (const batch of batchesOf(told, batchSize)) await sale.apply(...batch)
      const newest = truths.map((all) => all.at(-1) ?? sale.truth('A-1'))
      expect(await sale.map()).toBe(newest.map(byteOf).join(''))
      const { [sale.keys.state]: state } = await sale.dump()
      expect(state).toMatchObject(
        Object.fromEntries(
          newest.map(({ seatId, index, rev, price }) => [
            `s:${seatId}`,
            expect.stringMatching(`^${index}\\|${rev}\\|${price}\\|`),
          ]),
        ),
      )
    })
    await fc.assert(property, { numRuns: runs })
  })

  test('a live hold outlives all news but that of a sale', async () => {
    const free = fc.array(
      turn.map((each) => ({ ...each, booked: false })),
      { minLength: 1, maxLength: 5 },
    )
    const property = fc.asyncProperty(free, fc.boolean(), fc.gen(), async (turns, pinned, gen) => {
      const sale = await openSale({ seats })
      const hold = await sale.take(ann, ['A-2'])
      if (pinned) await sale.pin(hold)
      for (const truth of gen(deliveries, truthsOf(sale, 'A-2', turns))) await sale.apply(truth)
      expect(await sale.map()).toBe(pinned ? 'FCF' : 'FHF')
      expect(await sale.pin(hold)).toMatchObject({ word: 'pinned' })
      await sale.sweep('decided', hold.grantId)
      expect(await sale.map()).toBe(turns.at(-1)?.blocked ? 'FXF' : 'FFF')
    })
    await fc.assert(property, { numRuns: runs })
  })
}
