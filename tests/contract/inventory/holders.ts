import { expect, test } from 'vitest'
import { agedMs } from './age.ts'
import { ann, bob, briefMs, newBooking, seatIds } from './fixtures.ts'
import type { OpenSale, Sale } from './sale.ts'

/** Who is told to hold which seat. */
export function holderTests(openSale: OpenSale): void {
  const holdersOf = async (sale: Sale, seats: readonly string[] = sale.ids) => {
    const reply = await sale.inventory.holders(sale.event, seatIds(seats))
    if (reply.word !== 'holders') throw new Error(reply.word)
    return reply.holders
  }

  test('tells of each seat that is held or being confirmed whose it is, by which grant and until when', async () => {
    const sale = await openSale()
    const [two, one] = [await sale.take(ann, ['A-1', 'A-2']), await sale.take(bob, ['A-4'])]
    const pinned = await sale.pin(one)
    if (pinned.word !== 'pinned') throw new Error(pinned.word)
    const { grantId, untilMs } = two
    expect(await holdersOf(sale)).toEqual([
      { seatId: 'A-1', status: 'held', grantId, owner: ann, untilMs },
      { seatId: 'A-2', status: 'held', grantId, owner: ann, untilMs },
      {
        seatId: 'A-4',
        status: 'confirming',
        grantId: one.grantId,
        owner: bob,
        untilMs: pinned.hold.untilMs,
      },
    ])
    expect(await holdersOf(sale, ['A-2'])).toHaveLength(1)
  })

  test('tells of no seat that is free, sold, released, run out, or not there', async () => {
    const sale = await openSale()
    const sold = await sale.take(ann, ['A-1'])
    await sale.pin(sold)
    await sale.apply(...sale.sold(sold, newBooking()))
    await sale.release(await sale.take(ann, ['A-2']))
    const lapsed = await sale.take(bob, ['A-3'], { ttlMs: briefMs })
    await sale.reached(lapsed.untilMs)
    expect(await holdersOf(sale, [...sale.ids, 'Z-1'])).toEqual([])
  })

  test('a confirming seat has its holder also after the lease, until it is decided', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1'], { ttlMs: agedMs })
    expect(await sale.pin(hold, 1)).toMatchObject({ word: 'pinned' })
    await sale.age(agedMs)
    expect(await holdersOf(sale)).toMatchObject([{ seatId: 'A-1', status: 'confirming', owner: ann }])
    await sale.sweep('decided', hold.grantId)
    expect(await holdersOf(sale)).toEqual([])
  })
}
