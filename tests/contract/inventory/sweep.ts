import { endedHoldMs, holdKeyOf } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { agedMs } from './age.ts'
import { ann, bob, briefMs, newBooking, strayGrant } from './fixtures.ts'
import type { OpenSale, Sale } from './sale.ts'

/** What is over, who finds it, and what a sweep of it may free. */
export function sweepTests(openSale: OpenSale): void {
  const due = async (sale: Sale, skip = 0, limit = 50) => {
    const reply = await sale.inventory.due(sale.event, skip, limit)
    if (reply.word !== 'due') throw new Error(reply.word)
    return reply.holds
  }
  const lapse = (sale: Sale, seats: string[]) => sale.take(ann, seats, { ttlMs: briefMs })
  const pinnedFor = async (sale: Sale, seats: string[], lease: number) => {
    const hold = await sale.take(ann, seats, { ttlMs: agedMs })
    await sale.pin(hold, lease)
    return hold
  }

  test('holds come due when their time is over, oldest first, in pages', async () => {
    const sale = await openSale()
    const live = await sale.take(bob, ['A-6'])
    const first = await sale.take(ann, ['A-1'], { ttlMs: agedMs })
    const second = await pinnedFor(sale, ['A-2'], agedMs + 50)
    await sale.age(agedMs + 50)
    const [a, b] = [
      { grantId: first.grantId, status: 'held' },
      { grantId: second.grantId, status: 'confirming' },
    ]
    expect(await due(sale)).toEqual([a, b])
    expect([await due(sale, 0, 1), await due(sale, 1, 1), await due(sale, 2, 1)]).toEqual([[a], [b], []])
    expect(await sale.statusOf(live)).toBe('held')
    expect(await sale.inventory.due(sale.event, 0, 1)).toMatchObject({ epoch: 1 })
  })

  test('F27, I6: a sweep frees what has lapsed, and what it swept is not due any more', async () => {
    const sale = await openSale()
    const hold = await lapse(sale, ['A-1', 'A-2'])
    await sale.reached(hold.untilMs)
    const { nowMs } = await sale.sweep('lapsed', hold.grantId)
    expect(await sale.map()).toBe('FFFFFF')
    expect(await sale.read(hold)).toMatchObject({ hold: { ...hold, status: 'expired', untilMs: nowMs } })
    expect(await due(sale)).toEqual([])
    expect(await sale.release(hold)).toMatchObject({ word: 'expired' })
  })

  test('a sweep leaves alone what has not lapsed, and what nobody knows', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1'])
    expect(await sale.sweep('lapsed', hold.grantId, strayGrant())).toMatchObject({ word: 'swept' })
    expect(await sale.statusOf(hold)).toBe('held')
    expect(await sale.map()).toBe('HFFFFF')
  })

  test('the clock never frees a confirming hold; the decision of the store does', async () => {
    const sale = await openSale()
    const hold = await pinnedFor(sale, ['A-1', 'A-2'], 50)
    await sale.age(agedMs)
    expect(await due(sale)).toHaveLength(1)
    await sale.sweep('lapsed', hold.grantId)
    expect(await sale.map()).toBe('CCFFFF')
    expect(await due(sale)).toHaveLength(1)
    await sale.sweep('decided', hold.grantId)
    expect(await sale.map()).toBe('FFFFFF')
    expect(await sale.pin(hold)).toMatchObject({ word: 'expired', hold: { status: 'expired' } })
    expect(await due(sale)).toEqual([])
  })

  test('a decided hold frees only the seats that still name it', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1', 'A-2', 'A-3'])
    await sale.pin(hold)
    await sale.apply(
      sale.truth('A-2', { rev: 2, state: 'BOOKED', grantId: strayGrant(), bookingId: newBooking() }),
    )
    await sale.sweep('decided', hold.grantId)
    expect(await sale.map()).toBe('FBFFFF')
  })

  test('a repeated sweep does not touch who came after', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1'])
    await sale.pin(hold)
    await sale.sweep('decided', hold.grantId)
    const next = await sale.take(bob, ['A-1'])
    await sale.sweep('decided', hold.grantId)
    await sale.sweep('lapsed', hold.grantId)
    expect(await sale.pin(next)).toMatchObject({ word: 'pinned' })
    expect(await sale.map()).toBe('CFFFFF')
  })

  test('I11: a sweep never takes a sold seat back', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1'])
    await sale.apply(...sale.sold(hold, newBooking()))
    await sale.sweep('lapsed', hold.grantId)
    await sale.sweep('decided', hold.grantId)
    expect(await sale.map()).toBe('BFFFFF')
    expect(await sale.statusOf(hold)).toBe('confirmed')
  })

  test('I15: how a hold ended is remembered for an hour, in a key of its own', async () => {
    const sale = await openSale()
    const ended = [
      await sale.take(ann, ['A-1']),
      await sale.take(ann, ['A-2']),
      await sale.take(ann, ['A-3']),
    ]
    const [released, sold, expired] = ended
    if (!released || !sold || !expired) throw new Error('three were held')
    await sale.release(released)
    await sale.apply(...sale.sold(sold, newBooking()))
    await sale.sweep('decided', expired.grantId)
    expect(await Promise.all(ended.map(sale.statusOf))).toEqual(['released', 'confirmed', 'expired'])
    for (const hold of ended) {
      const leftMs = await sale.endedForMs(hold)
      expect(leftMs).toBeGreaterThan(endedHoldMs - 600_000)
      expect(leftMs).toBeLessThanOrEqual(endedHoldMs)
      expect(await sale.command('HEXISTS', sale.keys.state, `h:${holdKeyOf(hold.grantId)}`)).toBe(0)
      await sale.forgetEnded(hold)
    }
    expect(await sale.command('ZCARD', sale.keys.due)).toBe(1)
    expect(await Promise.all(ended.map(sale.statusOf))).toEqual(['not_found', 'not_found', 'not_found'])
    expect(await sale.map()).toBe('FBFFFF')
    await sale.take(ann, ['A-1'], { key: holdKeyOf(released.grantId) })
  })

  test('many holds of one owner are swept at once, and none of them counts any more', async () => {
    const sale = await openSale({ seatsHeldPerOwner: 6 })
    const holds = []
    for (const id of sale.ids) holds.push(await sale.take(ann, [id]))
    await sale.sweep('decided', ...holds.map(({ grantId }) => grantId))
    expect(await sale.map()).toBe('FFFFFF')
    await sale.take(ann, sale.ids)
  })
}
