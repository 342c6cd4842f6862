import { AppId } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { agedMs } from './age.ts'
import { ann, bob, briefMs, eve, newBooking, newKey, newOperation, priceDefault } from './fixtures.ts'
import type { OpenSale } from './sale.ts'

/** What a hold takes, what it leaves alone, and what it answers when it is asked again. */
export function holdTests(openSale: OpenSale): void {
  test('takes every seat at its price until the end of its time', async () => {
    const sale = await openSale({ holdTtlMs: 5_000 })
    const reply = await sale.hold(ann, ['A-3', 'A-1'])
    expect(reply).toMatchObject({
      word: 'held',
      hold: {
        owner: ann,
        status: 'held',
        currency: 'EUR',
        seats: [
          { id: 'A-1', price: priceDefault },
          { id: 'A-3', price: priceDefault },
        ],
        createdAtMs: reply.nowMs,
        untilMs: reply.nowMs + 5_000,
        bookingId: null,
      },
    })
    expect(await sale.map()).toBe('HFHFFF')
  })

  test('takes no seat when one of them is taken, and says which', async () => {
    const sale = await openSale()
    await sale.take(ann, ['A-2', 'A-3'])
    expect(await sale.hold(bob, ['A-1', 'A-2', 'A-3', 'A-4'])).toMatchObject({
      word: 'unavailable',
      seats: ['A-2', 'A-3'],
      own: [],
    })
    expect(await sale.map()).toBe('FHHFFF')
    await sale.take(eve, ['A-1', 'A-4'])
  })

  test('names the holds of the owner that are in the way, and lists what an owner holds', async () => {
    const sale = await openSale()
    const owned = async (owner: typeof ann) => {
      const reply = await sale.inventory.owned(sale.event, owner)
      return reply.word === 'owned' ? reply.holds.map(({ grantId, status }) => [grantId, status]) : reply.word
    }
    expect(await owned(ann)).toEqual([])
    const [one, two] = [await sale.take(ann, ['A-2']), await sale.take(ann, ['A-3'])]
    await sale.take(bob, ['A-4'])
    await sale.pin(two)
    expect(await owned(ann)).toEqual([
      [one.grantId, 'held'],
      [two.grantId, 'confirming'],
    ])
    expect(await sale.hold(ann, ['A-1', 'A-2', 'A-3', 'A-4'])).toMatchObject({
      word: 'unavailable',
      seats: ['A-2', 'A-3', 'A-4'],
      own: [one.grantId, two.grantId],
    })
    await sale.release(one)
    expect(await owned(ann)).toEqual([[two.grantId, 'confirming']])
    expect(await owned(eve)).toEqual([])
  })

  test('goes to another owner as it is, who may hold no more than any', async () => {
    const sale = await openSale({ seatsHeldPerOwner: 3 })
    const [held, pinned, over] = [
      await sale.take(ann, ['A-1']),
      await sale.take(ann, ['A-2', 'A-3']),
      await sale.take(bob, ['A-4']),
    ]
    const later = await sale.pin(pinned)
    const give = (grantId: typeof held.grantId, from = ann, to = eve) =>
      sale.inventory.reassign(sale.event, grantId, from, to)
    expect(await give(held.grantId)).toMatchObject({ word: 'reassigned', hold: { ...held, owner: eve } })
    expect(await give(pinned.grantId)).toMatchObject({
      word: 'reassigned',
      hold: { owner: eve, status: 'confirming', untilMs: later.word === 'pinned' ? later.hold.untilMs : 0 },
    })
    expect(await give(pinned.grantId)).toMatchObject({ word: 'reassigned' })
    expect(await give(over.grantId, bob)).toMatchObject({ word: 'too_many', scope: 'owner' })
    expect(await give(over.grantId, ann)).toMatchObject({ word: 'not_found' })
    expect(await sale.read(held)).toMatchObject({ word: 'not_found' })
    expect(await sale.hold(ann, ['A-1'])).toMatchObject({ word: 'unavailable', own: [] })
    expect(await sale.hold(eve, ['A-5'])).toMatchObject({ word: 'too_many', scope: 'owner' })
    await sale.take(ann, ['A-5', 'A-6'])
    const owned = await sale.inventory.owned(sale.event, eve)
    expect(owned.word === 'owned' && owned.holds.map(({ grantId }) => grantId)).toEqual([
      held.grantId,
      pinned.grantId,
    ])
    expect(await sale.map()).toBe('HCCHHH')
    expect(await sale.inventory.release(sale.event, held.grantId, eve)).toMatchObject({ word: 'released' })
    expect(await give(held.grantId, eve, ann)).toMatchObject({ word: 'released' })
  })

  test('F6: is decided by the seats, whatever an old map says of them', async () => {
    const sale = await openSale()
    const stale = String(await sale.command('GET', sale.keys.map))
    await sale.take(ann, ['A-1'])
    const fresh = String(await sale.command('GET', sale.keys.map))
    await sale.command('SET', sale.keys.map, stale)
    expect(await sale.hold(bob, ['A-1'])).toMatchObject({ word: 'unavailable', seats: ['A-1'] })
    await sale.command('SET', sale.keys.map, fresh.replaceAll('F', 'B'))
    await sale.take(bob, ['A-2'])
    await sale.command('SETRANGE', sale.keys.map, '2', 'FFFF')
  })

  test('takes no seat when one of them is unknown, and says which', async () => {
    const sale = await openSale()
    await sale.take(ann, ['A-2'])
    expect(await sale.hold(bob, ['A-1', 'A-2', 'B-9'])).toMatchObject({
      word: 'unknown_seat',
      seats: ['B-9'],
    })
    expect(await sale.map()).toBe('FHFFFF')
  })

  test('takes no blocked seat', async () => {
    const sale = await openSale()
    await sale.apply(sale.truth('A-2', { rev: 2, blocked: true }))
    expect(await sale.hold(ann, ['A-1', 'A-2'])).toMatchObject({ word: 'unavailable', seats: ['A-2'] })
    expect(await sale.map()).toBe('FXFFFF')
    await sale.apply(sale.truth('A-2', { rev: 3 }))
    await sale.take(ann, ['A-1', 'A-2'])
  })

  test('takes nothing once the sale is closed, while holds made before live on', async () => {
    const sale = await openSale()
    const key = newKey()
    const hold = await sale.take(ann, ['A-1'], { key })
    await sale.inventory.configure(sale.event, { ...sale.settings, rev: 2, sale: 'closed' })
    expect(await sale.hold(bob, ['A-2'])).toMatchObject({ word: 'sale_closed' })
    expect(await sale.hold(ann, ['A-1'], { key })).toMatchObject({ word: 'replayed', hold })
    expect(await sale.extend(hold)).toMatchObject({ word: 'extended' })
    expect(await sale.pin(hold)).toMatchObject({ word: 'pinned' })
  })

  test('F11, F27, I8: answers a redelivery of the call with the same hold, and another call with its key as a replay', async () => {
    const sale = await openSale()
    const [key, operationId] = [newKey(), newOperation()]
    const hold = await sale.take(ann, ['A-1', 'A-2'], { key, operationId })
    expect(await sale.hold(ann, ['A-2', 'A-1'], { key, operationId })).toMatchObject({ word: 'held', hold })
    expect(await sale.hold(ann, ['A-2', 'A-1'], { key })).toMatchObject({ word: 'replayed', hold })
    expect(await sale.map()).toBe('HHFFFF')
  })

  test('says in a replay how the hold stands now, and never takes the seats again', async () => {
    const sale = await openSale()
    const [released, pinned, lapsed] = [newKey(), newKey(), newKey()]
    await sale.release(await sale.take(ann, ['A-1'], { key: released }))
    await sale.pin(await sale.take(ann, ['A-2'], { key: pinned }))
    const short = await sale.take(ann, ['A-3'], { key: lapsed, ttlMs: briefMs })
    await sale.reached(short.untilMs)
    expect(await sale.hold(ann, ['A-1'], { key: released })).toMatchObject({ hold: { status: 'released' } })
    expect(await sale.hold(ann, ['A-2'], { key: pinned })).toMatchObject({ hold: { status: 'confirming' } })
    expect(await sale.hold(ann, ['A-3'], { key: lapsed })).toMatchObject({ hold: { status: 'expired' } })
    await sale.take(bob, ['A-1', 'A-3'])
  })

  test('F14: refuses a key that came with other seats, whatever became of its hold', async () => {
    const sale = await openSale()
    const key = newKey()
    const hold = await sale.take(ann, ['A-1'], { key })
    expect(await sale.hold(ann, ['A-1', 'A-2'], { key })).toMatchObject({ word: 'key_reused' })
    expect(await sale.hold(ann, ['A-2'], { key })).toMatchObject({ word: 'key_reused' })
    await sale.release(hold)
    expect(await sale.hold(ann, ['A-2'], { key })).toMatchObject({ word: 'key_reused' })
    expect(await sale.map()).toBe('FFFFFF')
  })

  test('lets an owner hold so many seats at a time, over all holds', async () => {
    const sale = await openSale({ seatsHeldPerOwner: 3 })
    const hold = await sale.take(ann, ['A-1', 'A-2'])
    expect(await sale.hold(ann, ['A-3', 'A-4'])).toMatchObject({ word: 'too_many' })
    await sale.take(bob, ['A-3', 'A-4'])
    await sale.take(ann, ['A-5'])
    expect(await sale.hold(ann, ['A-6'])).toMatchObject({ word: 'too_many' })
    await sale.pin(hold)
    expect(await sale.hold(ann, ['A-6'])).toMatchObject({ word: 'too_many' })
    await sale.apply(...sale.sold(hold, newBooking()))
    await sale.take(ann, ['A-6'])
  })

  test('does not count seats whose time is over or that were given back', async () => {
    const sale = await openSale({ seatsHeldPerOwner: 2 })
    await sale.take(ann, ['A-1', 'A-2'], { ttlMs: agedMs })
    expect(await sale.hold(ann, ['A-3'])).toMatchObject({ word: 'too_many' })
    await sale.age(agedMs)
    const hold = await sale.take(ann, ['A-3', 'A-4'])
    await sale.release(hold)
    await sale.take(ann, ['A-5', 'A-6'])
  })

  test('gives no more time than the lifetime of a hold', async () => {
    const sale = await openSale({ holdTtlMs: 5_000, holdLifetimeMs: 2_000 })
    const [own, asked] = [await sale.take(ann, ['A-1']), await sale.take(ann, ['A-2'], { ttlMs: 9_000 })]
    expect(own.untilMs - own.createdAtMs).toBe(2_000)
    expect(asked.untilMs - asked.createdAtMs).toBe(2_000)
  })

  test('an expired hold is free for others, and neither its owner nor its sweep gets the seats back', async () => {
    const sale = await openSale()
    const old = await sale.take(ann, ['A-1', 'A-2'], { ttlMs: agedMs })
    expect(await sale.hold(bob, ['A-2'])).toMatchObject({ word: 'unavailable' })
    await sale.age(agedMs)
    const taken = await sale.take(bob, ['A-2', 'A-3'])
    expect(await sale.statusOf(old)).toBe('expired')
    expect(await sale.pin(old)).toMatchObject({ word: 'expired' })
    expect(await sale.extend(old)).toMatchObject({ word: 'expired' })
    expect(await sale.release(old)).toMatchObject({ word: 'expired' })
    await sale.sweep('lapsed', old.grantId)
    expect(await sale.map()).toBe('FHHFFF')
    expect(await sale.pin(taken)).toMatchObject({ word: 'pinned' })
  })

  test('F9: when the clock steps back, an expired hold does not come between its seats and who took them', async () => {
    const sale = await openSale()
    const old = await sale.take(ann, ['A-1', 'A-2'], { ttlMs: briefMs })
    await sale.reached(old.untilMs)
    const taken = await sale.take(bob, ['A-2'])
    await sale.retime(old, taken.untilMs)
    expect(await sale.pin(old)).toMatchObject({ word: 'taken', seats: ['A-2'] })
    expect(await sale.extend(old)).toMatchObject({ word: 'taken', seats: ['A-2'] })
    expect(await sale.release(old)).toMatchObject({ word: 'released' })
    expect(await sale.map()).toBe('FHFFFF')
    expect(await sale.pin(taken)).toMatchObject({ word: 'pinned' })
  })

  test('F2: an expired confirming hold is unknown, never free', async () => {
    const sale = await openSale()
    const hold = await sale.take(ann, ['A-1'], { ttlMs: agedMs })
    expect(await sale.pin(hold, agedMs)).toMatchObject({ word: 'pinned' })
    await sale.age(agedMs)
    expect(await sale.hold(bob, ['A-1'])).toMatchObject({ word: 'unavailable', seats: ['A-1'] })
    await sale.sweep('lapsed', hold.grantId)
    expect(await sale.hold(bob, ['A-1'])).toMatchObject({ word: 'unavailable', seats: ['A-1'] })
    expect(await sale.statusOf(hold)).toBe('confirming')
    expect(await sale.map()).toBe('CFFFFF')
  })

  test('I12: an event of one app has nothing to do with the event of the same name of another', async () => {
    const here = await openSale()
    const there = await openSale({ event: { appId: AppId.parse(`${here.event.appId}2`) } })
    const key = newKey()
    const hold = await here.take(ann, ['A-1'], { key })
    expect(await there.map()).toBe('FFFFFF')
    const other = await there.take(ann, ['A-1'], { key })
    await here.release(hold)
    expect(await there.statusOf(other)).toBe('held')
    await there.pin(other)
    expect([await here.map(), await there.map()]).toEqual(['FFFFFF', 'CFFFFF'])
    await here.sweep('decided', other.grantId)
    expect(await there.statusOf(other)).toBe('confirming')
  })
}
