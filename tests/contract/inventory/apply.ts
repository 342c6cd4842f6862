import { expect, test } from 'vitest'
import { ann, bob, briefMs, newBooking, priceDefault, strayGrant } from './fixtures.ts'
import type { OpenSale } from './sale.ts'

/** What the store says of a seat, against what a hold says of it. */
export function applyTests(openSale: OpenSale): void {
  test('a sale ends its hold as confirmed, with the booking', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1', 'A-2'])
    const bookingId = newBooking()
    await sale.pin(hold)
    const { nowMs } = await sale.apply(...sale.sold(hold, bookingId))
    expect(await sale.read(hold)).toMatchObject({
      word: 'hold',
      hold: { ...hold, status: 'confirmed', untilMs: nowMs, bookingId },
    })
    expect(await sale.map()).toBe('BBFFFF')
    expect(await sale.hold(bob, ['A-1'])).toMatchObject({ word: 'unavailable' })
  })

  test('a sale ends its hold even when it was never pinned, expired or was swept', async () => {
    const sale = await openSale()
    const [held, lapsed, swept] = [
      await sale.take(ann, ['A-1']),
      await sale.take(ann, ['A-2'], { ttlMs: briefMs }),
      await sale.take(ann, ['A-3'], { ttlMs: briefMs }),
    ]
    await sale.reached(swept.untilMs)
    await sale.sweep('lapsed', swept.grantId)
    for (const hold of [held, lapsed, swept]) {
      await sale.apply(...sale.sold(hold, newBooking()))
      expect(await sale.statusOf(hold)).toBe('confirmed')
    }
    expect(await sale.map()).toBe('BBBFFF')
  })

  test('a sale wins over a live hold, whose pin then says which seats are taken', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1', 'A-2', 'A-3'])
    await sale.apply(
      sale.truth('A-2', { rev: 2, state: 'BOOKED', grantId: strayGrant(), bookingId: newBooking() }),
    )
    expect(await sale.pin(hold)).toMatchObject({ word: 'taken', seats: ['A-2'] })
    expect(await sale.statusOf(hold)).toBe('held')
    expect(await sale.map()).toBe('HBHFFF')
    expect(await sale.release(hold)).toMatchObject({ word: 'released' })
    expect(await sale.map()).toBe('FBFFFF')
  })

  test("news of a free seat leaves somebody else's live hold alone, and is remembered", async () => {
    const sale = await openSale()
    const [held, pinned] = [await sale.take(ann, ['A-1']), await sale.take(ann, ['A-2'])]
    await sale.pin(pinned)
    for (const grantId of [null, strayGrant()]) {
      await sale.apply(sale.truth('A-1', { rev: 5, grantId }), sale.truth('A-2', { rev: 5, grantId }))
      expect(await sale.map()).toBe('HCFFFF')
    }
    await sale.apply(
      sale.truth('A-1', { rev: 4, state: 'BOOKED', grantId: strayGrant(), bookingId: newBooking() }),
    )
    expect(await sale.pin(held)).toMatchObject({ word: 'pinned' })
  })

  test('a cancelled sale frees its own seats, also when news of the sale itself never came', async () => {
    const sale = await openSale()
    const [told, missed] = [await sale.take(ann, ['A-1']), await sale.take(ann, ['A-2'])]
    await sale.pin(told)
    await sale.pin(missed)
    await sale.apply(...sale.sold(told, newBooking()))
    await sale.apply(
      sale.truth('A-1', { rev: 3, grantId: told.grantId }),
      sale.truth('A-2', { rev: 3, grantId: missed.grantId }),
    )
    expect(await sale.map()).toBe('FFFFFF')
    await sale.take(bob, ['A-1', 'A-2'])
  })

  test('a sale that is cancelled for one seat only keeps the others', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1', 'A-2'])
    const bookingId = newBooking()
    const [first, second] = sale.sold(hold, bookingId)
    if (!first || !second) throw new Error('two seats were held')
    await sale.apply({ ...first, rev: 3, state: 'AVAILABLE', bookingId: null }, second)
    expect(await sale.map()).toBe('FBFFFF')
    expect(await sale.read(hold)).toMatchObject({ hold: { status: 'confirmed', bookingId } })
  })

  test('I6: a seat that its sale has given up since is free, whichever of its seats Redis hears of first', async () => {
    for (const isTogether of [true, false]) {
      const sale = await openSale()
      const hold = await sale.take(ann, ['A-1', 'A-2'])
      await sale.pin(hold)
      const [, kept] = sale.sold(hold, newBooking())
      if (!kept) throw new Error('two seats were held')
      // Cancelled, sold to somebody else, and cancelled again.
      const givenUp = sale.truth('A-1', { rev: 4, grantId: strayGrant() })
      if (!isTogether) {
        await sale.apply(givenUp)
        expect(await sale.map()).toBe('CCFFFF')
        await sale.apply(kept)
      }
      await sale.apply(givenUp, kept)
      expect(await sale.map()).toBe('FBFFFF')
      await sale.take(bob, ['A-1'])
    }
  })

  test('a late word of an old sale does not touch the seat that is sold anew', async () => {
    const sale = await openSale()
    const old = await sale.take(ann, ['A-1'])
    const sold = sale.sold(old, newBooking())
    await sale.apply(...sold)
    await sale.apply(sale.truth('A-1', { rev: 3, grantId: old.grantId }))
    const hold = await sale.take(bob, ['A-1'])
    await sale.apply(...sold)
    await sale.apply(sale.truth('A-1', { rev: 3, grantId: old.grantId }))
    expect(await sale.pin(hold)).toMatchObject({ word: 'pinned' })
    expect(await sale.map()).toBe('CFFFFF')
  })

  test('a new price is for new holds; a live one keeps what it was given', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1'])
    await sale.apply(sale.truth('A-1', { rev: 2, price: 99 }), sale.truth('A-2', { rev: 2, price: 99 }))
    const given = { seats: [{ id: 'A-1', price: priceDefault }] }
    expect(await sale.pin(hold)).toMatchObject({ hold: given })
    await sale.sweep('decided', hold.grantId)
    expect(await sale.read(hold)).toMatchObject({ hold: given })
    const [next, other] = [await sale.take(bob, ['A-1']), await sale.take(bob, ['A-2'])]
    expect([...next.seats, ...other.seats].map(({ price }) => price)).toEqual([99, 99])
  })

  test('a seat that is new appears at its index, and what lies before it is unknown', async () => {
    const sale = await openSale()
    await sale.apply(sale.truth('B-1', { index: 8 }))
    expect(await sale.map()).toBe('FFFFFF\0\0F')
    await sale.take(ann, ['B-1', 'A-6'])
    expect(await sale.map()).toBe('FFFFFH\0\0H')
  })

  test('one batch brings as many seats as the contract allows', async () => {
    const ids = Array.from({ length: 500 }, (_, at) => `A-${at}`)
    const sale = await openSale({ seats: ids })
    await sale.apply(...ids.map((id) => sale.truth(id, { rev: 2, blocked: true })))
    expect(await sale.map()).toBe('X'.repeat(500))
    await sale.apply(
      ...ids.map((id) =>
        sale.truth(id, { rev: 3, state: 'BOOKED', grantId: strayGrant(), bookingId: newBooking() }),
      ),
    )
    expect(await sale.map()).toBe('B'.repeat(500))
  })
}
