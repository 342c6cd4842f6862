import { holdKeyOf } from '@holdfast/contract'
import { expect, test } from 'vitest'
import type { Bench } from './bench.ts'
import { ann, bob, newBooking, seatIds, strayGrant } from './fixtures.ts'
import { createSale, type OpenSale, type Sale } from './sale.ts'

/** How an inventory comes to be, and that a missing one is never taken for a free one. */
export function buildTests(openSale: OpenSale, bench: () => Bench): void {
  const everyVerb = (sale: Sale) => {
    const { event, inventory, settings } = sale
    const grantId = strayGrant()
    return {
      hold: sale.hold(ann, ['A-1']),
      extend: inventory.extend(event, grantId, ann, 'op', true),
      release: inventory.release(event, grantId, ann),
      pin: inventory.pin(event, grantId, ann, 60_000),
      read: inventory.read(event, grantId, ann),
      apply: sale.apply(sale.truth('A-1', { rev: 9 })),
      configure: inventory.configure(event, { ...settings, rev: 9 }),
      due: inventory.due(event, 0, 10),
      sweep: sale.sweep('decided', grantId),
      forget: inventory.forget(event, 10),
      snapshot: inventory.snapshot(event),
      check: inventory.check(event),
      mend: inventory.mend(event, seatIds(['A-1']), true),
      changes: inventory.changesSince(event, 1, 0, 10),
    }
  }
  const expectNothing = async (sale: Sale) => {
    for (const [verb, answer] of Object.entries(everyVerb(sale))) {
      expect([verb, await answer]).toEqual([verb, { word: 'not_ready', nowMs: expect.any(Number) }])
    }
  }

  test('before the build, and after a loss of everything, no verb answers, and none leaves a trace', async () => {
    const sale = createSale(bench(), {})
    await expectNothing(sale)
    await sale.inventory.load(
      sale.event,
      1,
      sale.ids.map((id) => sale.truth(id)),
    )
    await expectNothing(sale)
    await sale.build(1)
    await sale.take(ann, ['A-1'])
    await sale.forget()
    await expectNothing(sale)
    const { state, map, due, log, idle } = sale.keys
    expect(await sale.dump()).toEqual({ [state]: {}, [map]: null, [due]: {}, [log]: [], [idle]: {} })
  })

  test('a state that lost its epoch is not free', async () => {
    const sale = await openSale()
    await sale.take(ann, ['A-1'])
    await sale.command('HDEL', sale.keys.state, '!epoch')
    await expectNothing(sale)
  })

  test('a build shows the seats as the store has them', async () => {
    const sale = await openSale()
    const [sold, blocked] = [
      sale.truth('A-2', { rev: 7, state: 'BOOKED', grantId: strayGrant(), bookingId: newBooking() }),
      sale.truth('A-3', { rev: 7, blocked: true, grantId: strayGrant() }),
    ]
    const rest = ['A-1', 'A-4', 'A-5', 'A-6'].map((id) => sale.truth(id, { rev: 7, price: 99 }))
    expect(await sale.build(2, [sold, blocked, ...rest])).toMatchObject({ word: 'published' })
    expect(await sale.map()).toBe('FBXFFF')
    const hold = await sale.take(ann, ['A-1'])
    expect(hold.seats).toEqual([{ id: 'A-1', price: 99 }])
    expect(await sale.hold(ann, ['A-2', 'A-3', 'A-4'])).toMatchObject({ seats: ['A-2', 'A-3'] })
    await sale.apply(sale.truth('A-4', { rev: 7, blocked: true }))
    await sale.take(bob, ['A-4'])
  })

  test('pages of a build come in any order and more than once, and nobody sees them before', async () => {
    const sale = await openSale()
    const held = await sale.take(ann, ['A-1'])
    const { event, inventory, settings } = sale
    const pages = [
      ['A-5', 'A-6'],
      ['A-1', 'A-2'],
      ['A-5', 'A-6'],
      ['A-3', 'A-4'],
      ['A-1', 'A-2'],
    ]
    for (const page of pages) {
      await inventory.load(
        event,
        2,
        page.map((id) => sale.truth(id)),
      )
    }
    expect(await sale.map()).toBe('HFFFFF')
    expect(await sale.statusOf(held)).toBe('held')
    expect(await inventory.publish(event, 2, 6, settings)).toMatchObject({ word: 'published' })
    expect(await sale.map()).toBe('FFFFFF')
  })

  test('a build with seats too few or too many is not published, and says how many it has', async () => {
    const sale = await openSale()
    const { event, inventory, settings } = sale
    await inventory.load(event, 2, [sale.truth('A-1')])
    expect(await inventory.publish(event, 2, 6, settings)).toMatchObject({ word: 'incomplete', count: 1 })
    expect(await inventory.publish(event, 3, 6, settings)).toMatchObject({ word: 'incomplete', count: 0 })
    expect(await inventory.publish(event, 2, 0, settings)).toMatchObject({ word: 'incomplete', count: 1 })
    expect(await sale.map()).toBe('FFFFFF')
  })

  test('an older build never replaces a newer one, and the same one changes nothing', async () => {
    const sale = await openSale()
    await sale.build(3)
    const hold = await sale.take(ann, ['A-1'])
    expect(await sale.build(2)).toMatchObject({ word: 'stale', epoch: 3 })
    expect(await sale.build(3)).toMatchObject({ word: 'published' })
    expect(await sale.statusOf(hold)).toBe('held')
  })

  test('holds of the old epoch are lost, and their keys make new holds', async () => {
    const sale = await openSale()
    const [held, pinned] = [await sale.take(ann, ['A-1']), await sale.take(ann, ['A-2'])]
    await sale.pin(pinned)
    await sale.build(2)
    for (const hold of [held, pinned]) {
      expect(await sale.statusOf(hold)).toBe('lost')
      expect(await sale.pin(hold)).toMatchObject({ word: 'lost' })
    }
    const again = await sale.take(ann, ['A-1'], { key: holdKeyOf(held.grantId) })
    expect(again.grantId).not.toBe(held.grantId)
    await sale.sweep('decided', held.grantId)
    await sale.sweep('lapsed', held.grantId)
    expect(await sale.statusOf(again)).toBe('held')
    expect(await sale.map()).toBe('HFFFFF')
  })

  test('an event may have no seats yet', async () => {
    const sale = await openSale({ seats: [] })
    expect(await sale.map()).toBe('')
    await sale.apply(sale.truth('A-1', { index: 0 }))
    expect(await sale.map()).toBe('F')
  })

  test('live state has no time to live that would take it, and `due` is never empty', async () => {
    const sale = await openSale()
    await sale.release(await sale.take(ann, ['A-1']))
    for (const key of Object.values(sale.keys)) expect(await sale.command('PTTL', key)).toBe(-1)
    expect(await sale.command('ZCARD', sale.keys.due)).toBe(1)
  })

  test('what a build that died has left goes away by itself', async () => {
    const sale = await openSale()
    await sale.inventory.load(sale.event, 2, [sale.truth('A-1')])
    for (const key of [`${sale.keys.state}~2`, `${sale.keys.map}~2`]) {
      expect(await sale.command('PTTL', key)).toBeGreaterThan(0)
      await sale.command('DEL', key)
    }
  })

  test('settings change only by newer ones', async () => {
    const sale = await openSale({ rev: 5, seatsHeldPerOwner: 1 })
    const configure = (rev: number, seatsHeldPerOwner: number) =>
      sale.inventory.configure(sale.event, { ...sale.settings, rev, seatsHeldPerOwner })
    expect(await configure(4, 9)).toMatchObject({ word: 'configured' })
    expect(await sale.hold(ann, ['A-1', 'A-2'])).toMatchObject({ word: 'too_many' })
    await configure(5, 9)
    expect(await sale.hold(ann, ['A-1', 'A-2'])).toMatchObject({ word: 'too_many' })
    await configure(6, 2)
    await sale.take(ann, ['A-1', 'A-2'])
    await configure(5, 1)
    expect(await sale.hold(bob, ['A-3', 'A-4'])).toMatchObject({ word: 'held' })
  })
}
