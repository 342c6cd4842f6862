import { ownerShareUnits, principal, unitMsLeak, unitMsPerUnit } from '@holdfast/contract'
import type { Hold, HoldClient } from '@holdfast/inventory'
import { expect, test } from 'vitest'
import { ann, bob, newBooking, newKey, newOperation } from './fixtures.ts'
import type { OpenSale, Sale, SaleOptions } from './sale.ts'

const units = 8
const at = (address: string, network: string | null = null): HoldClient => ({
  ...{ address, network, units, ownerShare: ownerShareUnits, isEnforced: true },
})
const home = at('home')
const guest = (n: number) => principal.guest(`g${n}`)
const seats = Array.from({ length: 60 }, (_, n) => `S-${n + 1}`)
const minuteMs = 60_000
const slotMs = 10_000

/** I14: what a client address may hold, whoever its buyers are, and for how long. */
export function addressTests(openSale: OpenSale): void {
  const open = (options: SaleOptions = {}) => openSale({ seats, ...options })
  /** Takes the next free seats. */
  const takerOf = (sale: Sale) => {
    let next = 0
    return (owner: Parameters<Sale['hold']>[0], count: number, client: HoldClient) => {
      const from = next
      next += count
      return sale.hold(owner, seats.slice(from, next), { client })
    }
  }
  const known = async (sale: Sale, field: string) =>
    String(await sale.command('HGET', sale.keys.state, field))
  const kept = (reply: Awaited<ReturnType<Sale['hold']>>): Hold => {
    if (!('hold' in reply)) throw new Error(reply.word)
    return reply.hold
  }

  test('I14: an address holds so many units, however many buyers are behind it, and is told when one ends', async () => {
    const sale = await open()
    const take = takerOf(sale)
    const first = kept(await take(guest(0), 2, home))
    for (let n = 1; n < units / 2; n++) kept(await take(guest(n), 2, home))
    const before = await sale.dump()
    const refused = await take(guest(99), 1, home)
    expect(refused).toMatchObject({ word: 'too_many', scope: 'address' })
    if (refused.word !== 'too_many') throw new Error(refused.word)
    expect(refused.againAtMs).toBe(Math.ceil(first.untilMs / slotMs) * slotMs)
    expect(await sale.dump()).toEqual(before)
    expect(await take(guest(99), 2, at('elsewhere'))).toMatchObject({ word: 'held' })
    await sale.release(first)
    expect(await take(guest(99), 2, home)).toMatchObject({ word: 'held' })
    expect(await take(guest(98), 1, home)).toMatchObject({ word: 'too_many' })
  })

  test('one owner has a share of an address that is half full, so that the others behind it have theirs', async () => {
    const sale = await open()
    const take = takerOf(sale)
    kept(await take(guest(1), units / 2, home))
    expect(await take(guest(1), 1, home)).toMatchObject({ word: 'too_many', scope: 'address' })
    kept(await take(guest(2), ownerShareUnits - 1, home))
    expect(await take(guest(2), 2, home)).toMatchObject({ word: 'too_many', scope: 'address' })
    expect(await take(guest(2), 1, home)).toMatchObject({ word: 'held' })
  })

  test('an owner of whom more is known may have a larger share', async () => {
    const sale = await open()
    const take = takerOf(sale)
    kept(await take(guest(1), units / 2, home))
    const wider = { ...home, ownerShare: units }
    expect(await take(guest(1), 2, home)).toMatchObject({ word: 'too_many' })
    expect(await take(guest(1), 2, wider)).toMatchObject({ word: 'held' })
    expect(await take(guest(1), 2, home)).toMatchObject({ word: 'too_many' })
  })

  test('a network of IPv6 holds four times what an address does, from whichever of its addresses', async () => {
    const sale = await open()
    const take = takerOf(sale)
    for (let n = 0; n < (4 * units) / 2; n++) kept(await take(guest(n), 2, at(`a${n}`, 'net')))
    expect(await take(guest(99), 1, at('a99', 'net'))).toMatchObject({ word: 'too_many', scope: 'network' })
    expect(await take(guest(99), 1, at('a99', 'other'))).toMatchObject({ word: 'held' })
  })

  test('what is given back, sold, decided or over is free again, of the address and of the network', async () => {
    const sale = await open({ holdTtlMs: slotMs })
    const take = takerOf(sale)
    const from = at('home', 'net')
    const [released, sold, decided, swept] = [
      kept(await take(guest(1), 2, from)),
      kept(await take(guest(2), 2, from)),
      kept(await take(guest(3), 2, from)),
      kept(await take(guest(4), 2, from)),
    ]
    await sale.release(released)
    await sale.pin(sold)
    await sale.apply(...sale.sold(sold, newBooking()))
    await sale.pin(decided)
    await sale.sweep('decided', decided.grantId)
    await sale.age(2 * slotMs)
    await sale.sweep('lapsed', swept.grantId)
    for (const field of ['a:home', 'n:net']) expect(await known(sale, field)).toMatch(/\|0\|\|$/)
    for (let n = 10; n < 10 + units / 2; n++) kept(await take(guest(n), 2, from))
    expect(await take(guest(99), 1, from)).toMatchObject({ word: 'too_many' })
  })

  test('a key that comes again is charged once, from wherever it comes, and a refusal is not charged', async () => {
    const sale = await open()
    const [key, operationId] = [newKey(), newOperation()]
    const hold = await sale.take(ann, ['S-1', 'S-2'], { key, operationId, client: home })
    const charged = await known(sale, 'a:home')
    for (const client of [home, at('elsewhere', 'net')]) {
      expect(await sale.hold(ann, ['S-1', 'S-2'], { key, operationId, client })).toMatchObject({
        word: 'held',
        hold,
      })
      expect(await sale.hold(ann, ['S-1', 'S-2'], { key, client })).toMatchObject({ word: 'replayed', hold })
      expect(await sale.hold(bob, ['S-1'], { client })).toMatchObject({ word: 'unavailable' })
    }
    expect(await known(sale, 'a:home')).toBe(charged)
    expect(await sale.command('HEXISTS', sale.keys.state, 'a:elsewhere')).toBe(0)
  })

  test('what is only observed is held, and told to be more each time it is asked for', async () => {
    const sale = await open()
    const observed = { ...home, isEnforced: false }
    await sale.take(guest(1), seats.slice(0, 4), { client: observed })
    await sale.take(guest(2), seats.slice(4, 8), { client: observed })
    const [key, operationId] = [newKey(), newOperation()]
    for (let times = 0; times < 3; times++) {
      const reply = await sale.hold(guest(3), ['S-9'], { key, operationId, client: observed })
      expect(reply).toMatchObject({ word: 'held_over', hold: { status: 'held' } })
    }
    expect(await sale.hold(guest(4), ['S-10'], { client: home })).toMatchObject({ word: 'too_many' })
  })

  test('holding again and again uses up how long an address may hold, whoever the guests are, and comes back slowly', async () => {
    const sale = await open({ holdTtlMs: 10 * minuteMs, holdsPerMinute: 1_000 })
    const all = seats.slice(0, units)
    const holdAll = async (n: number) => {
      const [one, two] = [all.slice(0, units / 2), all.slice(units / 2)]
      const replies = [
        await sale.hold(guest(n), one, { client: home }),
        await sale.hold(guest(-n), two, { client: home }),
      ]
      return replies.find(({ word }) => word !== 'held') ?? replies[0]
    }
    let heldMs = 0
    let refused: Awaited<ReturnType<typeof holdAll>>
    for (let n = 1; n < 20; n++) {
      refused = await holdAll(n)
      if (refused?.word !== 'held') break
      await sale.age(10 * minuteMs + slotMs)
      heldMs += 10 * minuteMs + slotMs
    }
    // All that an address may hold, for as long as that lasts: what leaks meanwhile comes to it.
    expect(heldMs).toBeGreaterThanOrEqual(unitMsPerUnit)
    expect(heldMs).toBeLessThanOrEqual(unitMsPerUnit / (1 - unitMsLeak) + 10 * minuteMs)
    if (refused?.word !== 'too_many') throw new Error(refused?.word)
    expect(refused.scope).toBe('address')
    const waitMs = refused.againAtMs - refused.nowMs
    expect(waitMs).toBeGreaterThan(minuteMs)
    await sale.age(Math.ceil(waitMs / slotMs) * slotMs + slotMs)
    expect(await sale.hold(guest(77), [seats[20] ?? ''], { client: home })).toMatchObject({ word: 'held' })
  })

  test('a hold that is given back has used only the time that it was held', async () => {
    const sale = await open({ holdTtlMs: 10 * minuteMs })
    for (let n = 0; n < 200; n++) {
      const hold = await sale.take(guest(n), ['S-1', 'S-2'], { client: home })
      await sale.release(hold)
    }
    const text = await known(sale, 'a:home')
    expect(text.length).toBeLessThan(100)
    expect(Number(text.split('|')[2])).toBeLessThan(minuteMs * 2 * 5)
  })

  test('an extension counts as well, and may be more than there is left', async () => {
    const sale = await open({ holdTtlMs: 29 * minuteMs, holdLifetimeMs: 120 * minuteMs })
    const hold = await sale.take(guest(1), seats.slice(0, units / 2), { client: home })
    await sale.take(guest(2), seats.slice(units / 2, units), { client: home })
    await sale.age(20 * minuteMs)
    const refused = await sale.extend(hold)
    expect(refused).toMatchObject({ word: 'too_many', scope: 'address' })
    if (refused.word !== 'too_many') throw new Error(refused.word)
    expect(refused.againAtMs).toBeGreaterThan(refused.nowMs)
    expect(await sale.extend(hold, newOperation(), false)).toMatchObject({ word: 'extended' })
  })

  test('a confirm that takes longer than its lease counts for the owner and the address until it is decided', async () => {
    const sale = await open({ holdTtlMs: slotMs, seatsHeldPerOwner: 5 })
    const hold = await sale.take(ann, seats.slice(0, 4), { client: home })
    await sale.pin(hold, 1)
    await sale.age(2 * minuteMs)
    expect(await sale.hold(ann, ['S-9', 'S-10'], { client: at('elsewhere') })).toMatchObject({
      word: 'too_many',
      scope: 'owner',
    })
    expect(await sale.hold(bob, seats.slice(10, 15), { client: home })).toMatchObject({ scope: 'address' })
    await sale.sweep('decided', hold.grantId)
    expect(await sale.hold(bob, seats.slice(10, 14), { client: home })).toMatchObject({ word: 'held' })
  })

  test('a confirm uses up the time that its hold has by itself, as if nobody had confirmed, and no more', async () => {
    const sale = await open({ holdTtlMs: 10 * minuteMs, holdLifetimeMs: 60 * minuteMs })
    const hold = await sale.take(guest(1), seats.slice(0, 4), { client: home })
    const level = async () => Number((await known(sale, 'a:home')).split('|')[2])
    await sale.pin(hold, 1)
    await sale.age(30 * minuteMs)
    // Core has let them wait for twenty minutes more, in which what leaks goes on.
    await sale.sweep('decided', hold.grantId)
    expect(await level()).toBe(0)
    const paid = await sale.take(guest(2), seats.slice(0, 4), { client: home })
    await sale.pin(paid)
    await sale.age(5 * minuteMs)
    await sale.sweep('decided', paid.grantId)
    // Four for five minutes, less what leaks of eight in that time.
    const used = (4 - units * unitMsLeak) * 5 * minuteMs
    expect(Math.abs((await level()) - used)).toBeLessThan(minuteMs)
  })

  test('holds that are confirmed without paying, again and again, use up how long an address may hold', async () => {
    const sale = await open({ holdTtlMs: 10 * minuteMs })
    const all = seats.slice(0, units / 2)
    let word = 'held'
    let times = 0
    for (; word === 'held' && times < 30; times++) {
      const replies = [
        await sale.hold(guest(times), all, { client: home }),
        await sale.hold(guest(100 + times), seats.slice(units / 2, units), { client: home }),
      ]
      const refused = replies.find((reply) => reply.word !== 'held')
      if (refused) word = refused.word
      for (const reply of replies) if ('hold' in reply) await sale.pin(reply.hold, 1)
      await sale.age(10 * minuteMs + slotMs)
      for (const reply of replies) if ('hold' in reply) await sale.sweep('decided', reply.hold.grantId)
    }
    expect(word).toBe('too_many')
    expect(times).toBeLessThan(7)
  })

  test('I15: an address is forgotten when it holds nothing and all has leaked, and not before', async () => {
    const sale = await open({ holdTtlMs: 10 * minuteMs })
    const { inventory, event, keys } = sale
    // What leaks of a network is more than they hold.
    const hold = await sale.take(ann, seats.slice(0, 4), { client: at('home', 'net') })
    const forget = async () => {
      await inventory.forget(event, 10)
      const fields = ['a:home', 'n:net']
      return Promise.all(fields.map((field) => sale.command('HEXISTS', keys.state, field)))
    }
    await sale.age(10 * minuteMs + slotMs)
    await sale.sweep('lapsed', hold.grantId)
    expect(await forget()).toEqual([1, 0])
    await sale.age(20 * minuteMs)
    expect(await forget()).toEqual([0, 0])
  })
}
