import { lapseMemoryMs } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { agedMs } from './age.ts'
import { ann, bob, briefMs, newBooking, newKey, newOperation, strayGrant } from './fixtures.ts'
import type { OpenSale, Sale } from './sale.ts'

const minuteMs = 60_000
const coolDownMs = 60_000

/** How the hold script keeps one owner from taking a sale hostage, and what it does not hold against them. */
export function hoardingTests(openSale: OpenSale): void {
  /** Lets a hold of the owner run out, unswept. */
  const lapse = async (sale: Sale, owner = ann) => {
    const hold = await sale.take(owner, ['A-1'], { ttlMs: briefMs })
    await sale.reached(hold.untilMs)
    return hold
  }
  /** Makes Redis believe that what it counted of an owner happened earlier: its clock cannot be set. */
  const backdate = async (sale: Sale, owner: string, ms: number) => {
    const text = String(await sale.command('HGET', sale.keys.state, `u:${owner}`))
    const [counts = '', list = ''] = text.split('|')
    const [from = '', holds = '', lapses = '', last = ''] = counts.split(':')
    const before = (at: string) => Math.max(0, Number(at) - ms)
    const earlier = [before(from), holds, lapses, before(last)].join(':')
    await sale.command('HSET', sale.keys.state, `u:${owner}`, `${earlier}|${list}`)
  }

  test('an owner makes so many holds in a minute, which begins with the first, and is told when to go on', async () => {
    const sale = await openSale({ holdsPerMinute: 2 })
    const first = await sale.take(ann, ['A-1'])
    await sale.take(ann, ['A-2'])
    const before = await sale.dump()
    expect(await sale.hold(ann, ['A-3'])).toMatchObject({
      word: 'too_fast',
      againAtMs: first.createdAtMs + minuteMs,
    })
    expect(await sale.dump()).toEqual(before)
    await sale.take(bob, ['A-3'])
    await backdate(sale, ann, minuteMs)
    const next = await sale.take(ann, ['A-4'])
    await sale.take(ann, ['A-5'])
    expect(await sale.hold(ann, ['A-6'])).toMatchObject({ againAtMs: next.createdAtMs + minuteMs })
  })

  test('a hold that was given back counts in its minute; a replay, a redelivery and a refusal do not', async () => {
    const sale = await openSale({ holdsPerMinute: 3 })
    const [key, operationId] = [newKey(), newOperation()]
    const hold = await sale.take(ann, ['A-1'], { key, operationId })
    for (let times = 0; times < 5; times++) {
      expect(await sale.hold(ann, ['A-1'], { key, operationId })).toMatchObject({ word: 'held', hold })
      expect(await sale.hold(ann, ['A-1'], { key })).toMatchObject({ word: 'replayed', hold })
      expect(await sale.hold(ann, ['A-1'])).toMatchObject({ word: 'unavailable' })
      expect(await sale.hold(ann, ['B-9'])).toMatchObject({ word: 'unknown_seat' })
    }
    await sale.release(hold)
    await sale.release(await sale.take(ann, ['A-1']))
    await sale.release(await sale.take(ann, ['A-1']))
    expect(await sale.hold(ann, ['A-1'])).toMatchObject({ word: 'too_fast' })
    expect(await sale.hold(ann, ['A-1'], { key })).toMatchObject({ word: 'replayed' })
  })

  test('who lets too many holds run out must pause, from the last of them, and is told until when', async () => {
    const sale = await openSale({ lapsedHoldsPerOwner: 2, coolDownMs })
    const live = await sale.take(ann, ['A-6'])
    await lapse(sale)
    const { untilMs } = await lapse(sale)
    const before = await sale.dump()
    expect(await sale.hold(ann, ['A-2'])).toMatchObject({
      word: 'cooling_down',
      againAtMs: untilMs + coolDownMs,
    })
    expect(await sale.dump()).toEqual(before)
    expect(await sale.pin(live)).toMatchObject({ word: 'pinned' })
    await sale.take(bob, ['A-2'])
  })

  test('the pause comes to an end, and one more hold that runs out begins another', async () => {
    const sale = await openSale({ lapsedHoldsPerOwner: 2, coolDownMs })
    await lapse(sale)
    await lapse(sale)
    expect(await sale.hold(ann, ['A-2'])).toMatchObject({ word: 'cooling_down' })
    await sale.age(coolDownMs)
    const { untilMs: later } = await lapse(sale)
    expect(await sale.hold(ann, ['A-2'])).toMatchObject({
      word: 'cooling_down',
      againAtMs: later + coolDownMs,
    })
  })

  test('a hold counts as run out once, whoever notices first and however often', async () => {
    const sale = await openSale({ lapsedHoldsPerOwner: 3, coolDownMs })
    const [swept, seen] = [await lapse(sale), await lapse(sale)]
    for (let times = 0; times < 3; times++) await sale.sweep('lapsed', swept.grantId)
    await sale.release(await sale.take(ann, ['A-2']))
    for (let times = 0; times < 3; times++) await sale.sweep('lapsed', seen.grantId, swept.grantId)
    await sale.take(ann, ['A-2'])
    await lapse(sale)
    expect(await sale.hold(ann, ['A-3'])).toMatchObject({ word: 'cooling_down' })
  })

  test('what was given back, booked or decided in its time has not run out', async () => {
    const sale = await openSale({ lapsedHoldsPerOwner: 1, coolDownMs })
    await sale.release(await sale.take(ann, ['A-1']))
    const booked = await sale.take(ann, ['A-2'])
    await sale.pin(booked)
    await sale.apply(...sale.sold(booked, newBooking()))
    const decided = await sale.take(ann, ['A-3'])
    await sale.pin(decided)
    await sale.sweep('decided', decided.grantId)
    const overruled = await sale.take(ann, ['A-4'])
    await sale.apply(
      sale.truth('A-4', { rev: 2, state: 'BOOKED', grantId: strayGrant(), bookingId: newBooking() }),
    )
    await sale.sweep('decided', overruled.grantId)
    await sale.take(ann, ['A-1'])
  })

  test('a confirm that came to nothing has run out when the store says so, not before', async () => {
    const sale = await openSale({ lapsedHoldsPerOwner: 1, coolDownMs })
    const hold = await sale.take(ann, ['A-1'], { ttlMs: agedMs })
    const pinned = await sale.pin(hold, 1)
    if (pinned.word !== 'pinned') throw new Error(pinned.word)
    await sale.age(agedMs)
    await sale.release(await sale.take(ann, ['A-2']))
    await sale.sweep('decided', hold.grantId)
    expect(await sale.hold(ann, ['A-2'])).toMatchObject({
      word: 'cooling_down',
      againAtMs: pinned.hold.untilMs - agedMs + coolDownMs,
    })
  })

  test('holds that ran out are forgotten when none does for an hour', async () => {
    const sale = await openSale({ lapsedHoldsPerOwner: 2, coolDownMs })
    await sale.sweep('lapsed', (await lapse(sale)).grantId)
    await backdate(sale, ann, lapseMemoryMs)
    await sale.sweep('lapsed', (await lapse(sale)).grantId)
    await backdate(sale, ann, lapseMemoryMs - minuteMs)
    await lapse(sale)
    expect(await sale.hold(ann, ['A-2'])).toMatchObject({ word: 'cooling_down' })
  })

  test('a pause of zero is none, and settings that are not set limit nothing', async () => {
    const sale = await openSale({ lapsedHoldsPerOwner: 1, coolDownMs: 0, holdsPerMinute: 1 })
    await lapse(sale)
    expect(await sale.hold(ann, ['A-2'])).toMatchObject({ word: 'too_fast' })
    const plain = 'layout=3|rev=9|sale=open|ttl=60000|lifetime=60000|currency=EUR'
    await sale.command('HSET', sale.keys.state, '!cfg', plain)
    await sale.take(ann, sale.ids)
    await sale.command('HSET', sale.keys.state, '!cfg', `${plain}|news=1`)
    expect(await sale.hold(bob, ['A-1'])).toMatchObject({ word: 'unavailable' })
  })

  test('I15: nothing of an owner stays once nothing of theirs counts any more', async () => {
    const sale = await openSale()
    const { inventory, event, keys } = sale
    const isKnown = () => sale.command('HEXISTS', keys.state, `u:${ann}`)
    const forget = () => inventory.forget(event, 10)
    const hold = await sale.take(ann, ['A-1'], { ttlMs: briefMs })
    await sale.reached(hold.untilMs)
    expect(await inventory.due(event, 0, 10)).toMatchObject({ hasIdle: true })
    await forget()
    expect([await isKnown(), await inventory.due(event, 0, 10)]).toMatchObject([1, { hasIdle: false }])
    await sale.age(lapseMemoryMs)
    await forget()
    expect(await isKnown()).toBe(0)
    // It was over all the time, and only now somebody sees it.
    await sale.sweep('lapsed', hold.grantId)
    await sale.age(lapseMemoryMs)
    await forget()
    expect([await isKnown(), await sale.command('ZCARD', keys.idle)]).toEqual([0, 0])
  })
}
