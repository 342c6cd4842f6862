import { expect, test } from 'vitest'
import { agedMs } from './age.ts'
import { ann, bob, newBooking, newOperation, strayGrant } from './fixtures.ts'
import type { OpenSale } from './sale.ts'

/** How long a hold can be made to live. */
export function extendTests(openSale: OpenSale): void {
  test('lets a hold live one more TTL from now', async () => {
    const sale = await openSale({ holdTtlMs: 60_000 })
    const hold = await sale.take(ann, ['A-1', 'A-2'])
    await sale.reached(hold.createdAtMs + 20)
    const reply = await sale.extend(hold)
    expect(reply).toMatchObject({
      word: 'extended',
      hold: { ...hold, untilMs: reply.nowMs + 60_000 },
    })
    expect(await sale.read(hold)).toMatchObject({ hold: { untilMs: reply.nowMs + 60_000 } })
  })

  test('a seat whose hold was extended is not free at its first end', async () => {
    const sale = await openSale({ holdTtlMs: 90_000 })
    const hold = await sale.take(ann, ['A-1'], { ttlMs: agedMs })
    await sale.extend(hold)
    await sale.age(agedMs)
    expect(await sale.hold(bob, ['A-1'])).toMatchObject({ word: 'unavailable' })
    expect(await sale.inventory.due(sale.event, 0, 10)).toMatchObject({ holds: [] })
    await sale.sweep('lapsed', hold.grantId)
    expect(await sale.statusOf(hold)).toBe('held')
  })

  test('repeats the result of an operation, and extends again for another', async () => {
    const sale = await openSale({ holdTtlMs: 60_000 })
    const hold = await sale.take(ann, ['A-1'])
    const operation = newOperation()
    const first = await sale.extend(hold, operation)
    await sale.reached(first.nowMs + 20)
    expect({ ...(await sale.extend(hold, operation)), nowMs: 0 }).toEqual({ ...first, nowMs: 0 })
    const second = await sale.extend(hold)
    expect(second).toMatchObject({ word: 'extended', hold: { untilMs: second.nowMs + 60_000 } })
  })

  test('stops at the lifetime of a hold', async () => {
    const sale = await openSale({ holdTtlMs: 60_000, holdLifetimeMs: 60_010 })
    const hold = await sale.take(ann, ['A-1'])
    await sale.reached(hold.createdAtMs + 20)
    const last = { ...hold, untilMs: hold.createdAtMs + 60_010 }
    expect(await sale.extend(hold)).toMatchObject({ word: 'extended', hold: last })
    expect(await sale.extend(hold)).toMatchObject({ word: 'cannot_extend', hold: last })
  })

  test('never shortens a hold', async () => {
    const sale = await openSale({ holdTtlMs: 1_000 })
    const hold = await sale.take(ann, ['A-1'], { ttlMs: 30_000 })
    expect(await sale.extend(hold)).toMatchObject({ word: 'extended', hold: { untilMs: hold.untilMs } })
  })

  test('works on a confirming hold, which stays confirming', async () => {
    const sale = await openSale({ holdTtlMs: 90_000 })
    const hold = await sale.take(ann, ['A-1'], { ttlMs: 30_000 })
    await sale.pin(hold, 40_000)
    const reply = await sale.extend(hold)
    expect(reply).toMatchObject({
      word: 'extended',
      hold: { status: 'confirming', untilMs: reply.nowMs + 90_000 },
    })
    expect(await sale.map()).toBe('CFFFFF')
  })

  test('does not bring back what is over', async () => {
    const sale = await openSale()
    const lapsed = await sale.take(ann, ['A-1'], { ttlMs: agedMs })
    const unsettled = await sale.take(ann, ['A-2'], { ttlMs: agedMs })
    await sale.pin(unsettled, 1)
    const [released, sold] = [await sale.take(ann, ['A-3']), await sale.take(ann, ['A-4'])]
    await sale.release(released)
    await sale.apply(...sale.sold(sold, newBooking()))
    await sale.age(agedMs)
    expect(await sale.extend(lapsed)).toMatchObject({ word: 'expired', hold: { status: 'expired' } })
    expect(await sale.extend(unsettled)).toMatchObject({ word: 'expired', hold: { status: 'confirming' } })
    expect(await sale.extend(released)).toMatchObject({ word: 'released' })
    expect(await sale.extend(sold)).toMatchObject({ word: 'confirmed' })
  })

  test('says which seats the store has sold to somebody else', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1', 'A-2'])
    await sale.apply(
      sale.truth('A-2', { rev: 2, state: 'BOOKED', grantId: strayGrant(), bookingId: newBooking() }),
    )
    expect(await sale.extend(hold)).toMatchObject({ word: 'taken', seats: ['A-2'] })
  })
}
