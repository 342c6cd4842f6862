import { GrantId } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { agedMs } from './age.ts'
import { ann, bob, briefMs, newBooking } from './fixtures.ts'
import type { OpenSale } from './sale.ts'

/** What an owner can do with a hold on the way to a booking, and what is refused. */
export function confirmTests(openSale: OpenSale): void {
  test('F1, I5: a pin keeps the seats confirming for the lease at least, once a grant', async () => {
    const sale = await openSale({ holdTtlMs: 30_000 })
    const hold = await sale.take(ann, ['A-1', 'A-2'])
    const first = await sale.pin(hold, 60_000)
    expect(first).toMatchObject({
      word: 'pinned',
      hold: { ...hold, status: 'confirming', untilMs: first.nowMs + 60_000 },
    })
    const again = await sale.pin(hold, 120_000)
    expect({ ...again, nowMs: 0 }).toEqual({ ...first, nowMs: 0 })
    expect(await sale.map()).toBe('CCFFFF')
  })

  test('a pin never shortens a hold', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1'])
    expect(await sale.pin(hold, 10)).toMatchObject({ word: 'pinned', hold: { untilMs: hold.untilMs } })
  })

  test('a pinned hold stays pinned, and says so, when its lease is over', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1'], { ttlMs: agedMs })
    const first = await sale.pin(hold, agedMs)
    if (first.word !== 'pinned') throw new Error(first.word)
    await sale.age(agedMs)
    const [createdAtMs, untilMs] = [first.hold.createdAtMs - agedMs, first.hold.untilMs - agedMs]
    expect(await sale.pin(hold)).toMatchObject({
      word: 'pinned',
      hold: { ...first.hold, createdAtMs, untilMs },
    })
  })

  test('what has ended is not pinned, and the answer says how it ended', async () => {
    const sale = await openSale()
    const expired = await sale.take(ann, ['A-1'], { ttlMs: briefMs })
    const released = await sale.take(ann, ['A-2'])
    const confirmed = await sale.take(ann, ['A-3'])
    const bookingId = newBooking()
    await sale.release(released)
    await sale.apply(...sale.sold(confirmed, bookingId))
    await sale.reached(expired.untilMs)
    expect(await sale.pin(expired)).toMatchObject({ word: 'expired', hold: { status: 'expired' } })
    expect(await sale.pin(released)).toMatchObject({ word: 'released', hold: { status: 'released' } })
    expect(await sale.pin(confirmed)).toMatchObject({
      word: 'confirmed',
      hold: { status: 'confirmed', bookingId },
    })
    expect(await sale.map()).toBe('HFBFFF')
  })

  test("another owner's hold is not found, whatever is asked of it", async () => {
    const sale = await openSale()
    const hold = { ...(await sale.take(ann, ['A-1'])), owner: bob }
    for (const verb of [sale.pin, sale.extend, sale.release, sale.read]) {
      expect(await verb(hold)).toEqual({ word: 'not_found', nowMs: expect.any(Number) })
    }
    expect(await sale.map()).toBe('HFFFFF')
  })

  test('a hold that nobody made is not found, one of an older epoch or a later version is lost', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1'])
    await sale.build(2)
    const others = [await sale.take(bob, ['A-1']), await sale.take(bob, ['A-2'])]
    for (const other of others) await sale.release(other)
    const [key] = hold.grantId.split('.')
    const never = { ...hold, grantId: GrantId.parse(`${key}.2.2`) }
    const ahead = { ...hold, grantId: GrantId.parse(`${key}.2.99`) }
    for (const verb of [sale.pin, sale.extend, sale.release, sale.read]) {
      expect(await verb(never)).toMatchObject({ word: 'not_found' })
      expect(await verb(hold)).toMatchObject({ word: 'lost' })
      expect(await verb(ahead)).toMatchObject({ word: 'lost' })
    }
    expect(await sale.map()).toBe('FFFFFF')
  })

  test('a release gives the seats to others at once, and is answered alike when repeated', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1', 'A-2'])
    const released = await sale.release(hold)
    expect(released).toMatchObject({
      word: 'released',
      hold: { ...hold, status: 'released', untilMs: released.nowMs },
    })
    await sale.take(bob, ['A-2'])
    expect({ ...(await sale.release(hold)), nowMs: 0 }).toEqual({ ...released, nowMs: 0 })
    expect(await sale.map()).toBe('FHFFFF')
    expect(await sale.statusOf(hold)).toBe('released')
  })

  test('a confirming hold is not released', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1'])
    await sale.pin(hold)
    expect(await sale.release(hold)).toMatchObject({ word: 'confirming', hold: { status: 'confirming' } })
    expect(await sale.map()).toBe('CFFFFF')
  })

  test('a sold hold is not released, and tells its booking', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1'])
    const bookingId = newBooking()
    await sale.pin(hold)
    await sale.apply(...sale.sold(hold, bookingId))
    expect(await sale.release(hold)).toMatchObject({ word: 'confirmed', hold: { bookingId } })
    expect(await sale.map()).toBe('BFFFFF')
  })

  test('a blocked flag never breaks a live hold', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1', 'A-2'])
    await sale.apply(sale.truth('A-1', { rev: 2, blocked: true }))
    expect(await sale.map()).toBe('HHFFFF')
    expect(await sale.extend(hold)).toMatchObject({ word: 'extended' })
    expect(await sale.pin(hold)).toMatchObject({ word: 'pinned' })
    await sale.sweep('decided', hold.grantId)
    expect(await sale.map()).toBe('XFFFFF')
  })
}
