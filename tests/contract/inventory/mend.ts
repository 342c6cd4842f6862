import { expect, test } from 'vitest'
import { ann, bob, briefMs, carl, newBooking, seatIds } from './fixtures.ts'
import type { OpenSale, Sale } from './sale.ts'

const whole = { word: 'checked', epoch: 1, mapLength: 6, hasDue: true, hasLog: true }
const check = ({ inventory, event }: Sale) => inventory.check(event)
const mend = (sale: Sale, ids: readonly string[] = sale.ids, isLast = true) =>
  sale.inventory.mend(sale.event, seatIds(ids), isLast)

/** What is told of an inventory that lost a part of itself, and what of it can be made anew. */
export function mendTests(openSale: OpenSale): void {
  test('a whole inventory is told as such, with how many holds there are to look at', async () => {
    const sale = await openSale()
    expect(await check(sale)).toMatchObject({ ...whole, ver: 1, waiting: 0 })
    const held = await sale.take(ann, ['A-1', 'A-2'])
    await sale.take(bob, ['A-3'])
    await sale.release(held)
    // One hold, and two owners who are remembered.
    expect(await check(sale)).toMatchObject({ ...whole, ver: 4, waiting: 3 })
  })

  test('mending a whole inventory changes nothing', async () => {
    const sale = await openSale()
    const [held, sold, released] = [
      await sale.take(ann, ['A-1', 'A-2']),
      await sale.take(bob, ['A-3']),
      await sale.take(carl, ['A-4']),
    ]
    await sale.pin(held)
    await sale.pin(sold)
    await sale.apply(...sale.sold(sold, newBooking()), sale.truth('A-6', { rev: 2, blocked: true }))
    await sale.release(released)
    const before = await sale.dump()
    expect(await mend(sale)).toMatchObject({ word: 'mended' })
    expect(await sale.dump()).toEqual(before)
  })

  test.each(['map', 'due', 'log'] as const)(
    'F7: a lost %s is told, and made anew around holds that stay',
    async (part) => {
      const sale = await openSale()
      const held = await sale.take(ann, ['A-1', 'A-2'])
      const pinned = await sale.take(bob, ['A-3'])
      await sale.pin(pinned)
      const sold = await sale.take(carl, ['A-4'])
      await sale.pin(sold)
      await sale.apply(...sale.sold(sold, newBooking()))
      const [map, due] = [
        await sale.map(),
        await sale.command('ZRANGE', sale.keys.due, '0', '-1', 'WITHSCORES'),
      ]
      await sale.command('DEL', sale.keys[part])
      const lost = { map: { mapLength: 0 }, due: { hasDue: false }, log: { hasLog: false } }[part]
      expect(await check(sale)).toMatchObject({ ...whole, ...lost })

      await mend(sale, ['A-4', 'A-5', 'A-6'], false)
      await mend(sale, ['A-1', 'A-2', 'A-3'])
      expect(await check(sale)).toMatchObject(whole)
      expect(await sale.map()).toBe(map)
      expect(await sale.command('ZRANGE', sale.keys.due, '0', '-1', 'WITHSCORES')).toEqual(due)
      expect(await sale.statusOf(held)).toBe('held')
      expect(await sale.statusOf(pinned)).toBe('confirming')
      expect(await sale.extend(held)).toMatchObject({ word: 'extended' })
      expect(await sale.release(held)).toMatchObject({ word: 'released' })
      expect(await sale.map()).toBe('FFCBFF')
    },
  )

  test('I6: a hold whose place in the queue was lost is freed after a mending', async () => {
    const sale = await openSale()
    const lapsed = await sale.take(ann, ['A-1'], { ttlMs: briefMs })
    await sale.command('DEL', sale.keys.due)
    await sale.reached(lapsed.untilMs)
    expect(await sale.inventory.due(sale.event, 0, 10)).toMatchObject({ holds: [] })
    await mend(sale)
    expect(await sale.inventory.due(sale.event, 0, 10)).toMatchObject({
      holds: [{ grantId: lapsed.grantId }],
    })
    await sale.sweep('lapsed', lapsed.grantId)
    expect(await sale.map()).toBe('FFFFFF')
  })
}
