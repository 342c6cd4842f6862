import { type BookingRef, receiptKeyOf } from '@holdfast/inventory'
import { expect, test } from 'vitest'
import { ann, bob, briefMs, newBooking } from './fixtures.ts'
import { until } from './poll.ts'
import type { OpenSale, Sale } from './sale.ts'

const receipt = `${'h'.repeat(90)}.${'p_-'.repeat(200)}.${'s'.repeat(86)}`
const keptMs = 60_000
const ofAnn = { owner: ann, ticket: 'valid', receipt } as const

/** The receipts that edges show without core. */
export function receiptTests(openSale: OpenSale): void {
  const newRef = ({ event: { appId } }: Sale): BookingRef => ({ appId, bookingId: newBooking() })

  test('a receipt comes back as it was kept, with whose it is, also when it is kept again', async () => {
    const sale = await openSale()
    const booking = newRef(sale)
    for (let times = 1; times <= 2; times++) {
      expect(await sale.inventory.keepReceipt(booking, ofAnn, keptMs)).toMatchObject({ word: 'kept' })
      expect(await sale.inventory.receipt(booking)).toMatchObject({ word: 'receipt', ...ofAnn })
    }
  })

  test('a ticket that is void stays void, whoever comes late with what it was', async () => {
    const sale = await openSale()
    const booking = newRef(sale)
    for (const ticket of ['pending', 'valid', 'void', 'valid'] as const)
      await sale.inventory.keepReceipt(booking, { ...ofAnn, ticket }, keptMs)
    expect(await sale.inventory.receipt(booking)).toMatchObject({ ...ofAnn, ticket: 'void' })
  })

  test('it is of its app and of its booking, and of no other', async () => {
    const [sale, other] = [await openSale(), await openSale()]
    const booking = newRef(sale)
    await sale.inventory.keepReceipt(booking, { ...ofAnn, owner: bob }, keptMs)
    for (const another of [newRef(sale), { ...booking, appId: other.event.appId }]) {
      expect(await sale.inventory.receipt(another)).toMatchObject({ word: 'absent' })
    }
  })

  test('it goes when its time is over', async () => {
    const sale = await openSale()
    const booking = newRef(sale)
    await sale.inventory.keepReceipt(booking, ofAnn, briefMs)
    await until(async () => (await sale.inventory.receipt(booking)).word === 'absent')
  })

  test('what is kept in a shape that nobody here has written is as good as absent', async () => {
    const sale = await openSale()
    const booking = newRef(sale)
    await sale.command('SET', receiptKeyOf(booking), `{"owner":"${ann}"}`, 'PX', String(keptMs))
    expect(await sale.inventory.receipt(booking)).toMatchObject({ word: 'absent' })
  })

  test('it needs no inventory: an event that is lost takes no receipt with it', async () => {
    const sale = await openSale()
    const booking = newRef(sale)
    await sale.inventory.keepReceipt(booking, ofAnn, keptMs)
    await sale.forget()
    expect(await sale.inventory.receipt(booking)).toMatchObject({ word: 'receipt' })
    await sale.build(2)
  })
}
