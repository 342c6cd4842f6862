import { expect, test } from 'vitest'
import { agedMs } from './age.ts'
import { ann, bob, newBooking, newKey } from './fixtures.ts'
import type { OpenSale } from './sale.ts'

const hourMs = 3_600_000

/** When a sale begins and ends, by the clock of Redis. */
export function saleTimeTests(openSale: OpenSale): void {
  const clock = async (sale: Awaited<ReturnType<OpenSale>>) =>
    (await sale.inventory.snapshot(sale.event)).nowMs

  test('before a sale nothing is held, everybody is told when it begins, and then it does', async () => {
    const sale = await openSale()
    const onSaleAtMs = (await clock(sale)) + agedMs
    await sale.inventory.configure(sale.event, { ...sale.settings, rev: 2, onSaleAtMs })
    const before = await sale.dump()
    expect(await sale.hold(ann, ['A-1'])).toMatchObject({ word: 'sale_not_started', againAtMs: onSaleAtMs })
    expect(await sale.dump()).toEqual(before)
    await sale.age(agedMs)
    await sale.take(ann, ['A-1'])
  })

  test('after a sale nothing is held, while what was held in time is extended and booked', async () => {
    const sale = await openSale()
    const offSaleAtMs = (await clock(sale)) + agedMs
    await sale.inventory.configure(sale.event, { ...sale.settings, rev: 2, offSaleAtMs })
    const key = newKey()
    const hold = await sale.take(ann, ['A-1'], { key })
    await sale.age(agedMs)
    const before = await sale.dump()
    expect(await sale.hold(bob, ['A-2'])).toMatchObject({ word: 'sale_closed' })
    expect(await sale.dump()).toEqual(before)
    const { grantId, seats } = hold
    expect(await sale.hold(ann, ['A-1'], { key })).toMatchObject({
      word: 'replayed',
      hold: { grantId, seats, status: 'held' },
    })
    expect(await sale.extend(hold)).toMatchObject({ word: 'extended' })
    expect(await sale.pin(hold)).toMatchObject({ word: 'pinned' })
    await sale.apply(...sale.sold(hold, newBooking()))
    expect(await sale.map()).toBe('BFFFFF')
  })

  test('a sale begins and ends at the ends of the calendar as at any other time', async () => {
    const sale = await openSale()
    const [firstMs, lastMs] = [1, Date.parse('9999-12-31T23:59:59.999Z')]
    const configure = (rev: number, onSaleAtMs = 0, offSaleAtMs = 0) =>
      sale.inventory.configure(sale.event, { ...sale.settings, rev, onSaleAtMs, offSaleAtMs })
    await configure(2, firstMs, lastMs)
    await sale.take(ann, ['A-1'])
    await configure(3, lastMs, lastMs)
    expect(await sale.hold(ann, ['A-2'])).toMatchObject({ word: 'sale_not_started', againAtMs: lastMs })
    await configure(4, firstMs, firstMs)
    expect(await sale.hold(ann, ['A-2'])).toMatchObject({ word: 'sale_closed' })
  })

  test('a sale is closed and opened again, whatever its times', async () => {
    const sale = await openSale()
    const now = await clock(sale)
    const times = { onSaleAtMs: now - hourMs, offSaleAtMs: now + hourMs }
    const configure = (rev: number, change: object) =>
      sale.inventory.configure(sale.event, { ...sale.settings, ...times, rev, ...change })
    await configure(2, { sale: 'closed' })
    expect(await sale.hold(ann, ['A-1'])).toMatchObject({ word: 'sale_closed' })
    await configure(3, { sale: 'closed', onSaleAtMs: now + hourMs })
    expect(await sale.hold(ann, ['A-1'])).toMatchObject({ word: 'sale_closed' })
    await configure(4, {})
    await sale.take(ann, ['A-1'])
    await configure(5, { offSaleAtMs: now })
    expect(await sale.hold(ann, ['A-2'])).toMatchObject({ word: 'sale_closed' })
    await configure(6, { onSaleAtMs: null, offSaleAtMs: null })
    await sale.take(ann, ['A-2'])
  })
}
