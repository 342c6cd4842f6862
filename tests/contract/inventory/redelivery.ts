import type { ScriptName, ScriptRunner } from '@holdfast/inventory'
import { scripts } from '@holdfast/inventory/scripts'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { tell } from '../../support/figures.ts'
import { agedMs } from './age.ts'
import type { Bench } from './bench.ts'
import { dump } from './dump.ts'
import { ann, bob, briefMs, carl, eve, newBooking, seatIds, strayGrant } from './fixtures.ts'
import type { OpenSale } from './sale.ts'

const Reply = z.array(z.string())

/** Delivers every script six times, as a client does whose answers are lost: only the time in the reply may differ. */
function sixTimes(bench: Bench, seen: Set<ScriptName>): (runner: ScriptRunner) => ScriptRunner {
  return (runner) => ({
    async run(name, keys, args) {
      seen.add(name)
      const deliver = async () => Reply.parse(await runner.run(name, keys, args)).slice(0, -1)
      const last = await runner.run(name, keys, args)
      const [reply, state] = [Reply.parse(last).slice(0, -1), await dump(bench, keys)]
      for (let times = 2; times <= 6; times++) expect([name, await deliver()]).toEqual([name, reply])
      expect([name, await dump(bench, keys)]).toEqual([name, state])
      return last
    },
  })
}

/** A client that gets no answer sends again. */
export function redeliveryTests(openSale: OpenSale, bench: () => Bench): void {
  test('F11: every script delivered six times leaves the same state and the same reply', async ({ task }) => {
    const seen = new Set<ScriptName>()
    const sale = await openSale({ through: sixTimes(bench(), seen), seatsHeldPerOwner: 4 })
    const { event, inventory, settings } = sale

    const client = { address: 'one', network: 'net', units: 40, ownerShare: 4, isEnforced: true }
    const sold = await sale.take(ann, ['A-1', 'A-2'], { client })
    await sale.extend(sold)
    await sale.pin(sold)
    await sale.extend(sold)
    await sale.apply(...sale.sold(sold, newBooking()), sale.truth('A-6', { rev: 2, blocked: true }))
    const [released, lapsed, decided] = [
      await sale.take(bob, ['A-3'], { client }),
      await sale.take(bob, ['A-4'], { ttlMs: briefMs, client: { ...client, units: 1, isEnforced: false } }),
      await sale.take(bob, ['A-5']),
    ]
    await sale.release(released)
    await inventory.reassign(event, (await sale.take(bob, ['A-3'])).grantId, bob, ann)
    await sale.reached(lapsed.untilMs)
    await inventory.due(event, 0, 10)
    await inventory.forget(event, 10)
    await sale.pin(decided)
    await sale.sweep('lapsed', lapsed.grantId, decided.grantId)
    await sale.sweep('decided', decided.grantId)
    await inventory.configure(event, { ...settings, rev: 2, sale: 'closed' })

    for (const hold of [sold, released, lapsed, decided]) {
      await sale.read(hold)
      await sale.pin(hold)
      await sale.extend(hold)
      await sale.release(hold)
    }
    await sale.hold(ann, ['A-3'])
    await inventory.snapshot(event)
    await inventory.owned(event, ann)
    await inventory.holders(event, seatIds(['A-1', 'A-2', 'A-3']))
    await inventory.changesSince(event, 1, 0, 50)
    await sale.apply(
      sale.truth('A-1', { rev: 3, grantId: sold.grantId }),
      sale.truth('A-3', { rev: 9, state: 'BOOKED', grantId: strayGrant(), bookingId: newBooking() }),
    )
    await inventory.check(event)
    await sale.command('DEL', sale.keys.map)
    await sale.command('DEL', sale.keys.log)
    await inventory.mend(event, seatIds(sale.ids), true)
    await sale.build(2)
    const booking = { appId: event.appId, bookingId: newBooking() }
    await inventory.keepReceipt(booking, { owner: ann, ticket: 'valid', receipt: 'a.b.c' }, 60_000)
    await inventory.receipt(booking)
    await inventory.revoke([{ subject: ann, since: 7 }], true)
    await inventory.revocations(0, 1)
    expect([...seen].toSorted()).toEqual(Object.keys(scripts).toSorted())
    tell(
      task,
      'every script delivered 6 times',
      `${seen.size} of ${Object.keys(scripts).length} scripts: same`,
    )
  })

  test('holds that run out, swept or not, count once when every script is delivered six times', async () => {
    const settings = { holdsPerMinute: 6, lapsedHoldsPerOwner: 3, coolDownMs: 60_000 }
    const sale = await openSale({ through: sixTimes(bench(), new Set()), ...settings })
    const known = () => sale.command('HGET', sale.keys.state, `u:${ann}`).then(String)
    const swept = await sale.take(ann, ['A-1'], { ttlMs: briefMs })
    await sale.reached(swept.untilMs)
    await sale.sweep('lapsed', swept.grantId)
    expect(await known()).toBe(`${swept.createdAtMs}:1:1:${swept.untilMs}|`)
    const seen = await sale.take(ann, ['A-1'], { ttlMs: agedMs })
    const failed = await sale.take(ann, ['A-2'], { ttlMs: agedMs })
    const pinned = await sale.pin(failed, 1)
    if (pinned.word !== 'pinned') throw new Error(pinned.word)
    await sale.age(agedMs)
    await sale.release(await sale.take(ann, ['A-3']))
    await sale.sweep('lapsed', seen.grantId, failed.grantId)
    await sale.sweep('decided', failed.grantId)
    expect(await known()).toBe(`${swept.createdAtMs - agedMs}:4:3:${pinned.hold.untilMs - agedMs}|`)
    expect(await sale.hold(ann, ['A-3'])).toMatchObject({ word: 'cooling_down' })
  })

  test('F12: refusals delivered six times change nothing', async () => {
    const given = { seatsHeldPerOwner: 1, holdsPerMinute: 2, lapsedHoldsPerOwner: 1, coolDownMs: 60_000 }
    const sale = await openSale({ through: sixTimes(bench(), new Set()), ...given })
    const { event, inventory, settings } = sale
    const lapsed = await sale.take(eve, ['A-6'], { ttlMs: briefMs })
    await sale.reached(lapsed.untilMs)
    for (const id of ['A-4', 'A-5']) await sale.release(await sale.take(carl, [id]))
    const hold = await sale.take(ann, ['A-1'])
    const before = await sale.dump()
    const words = [
      await sale.hold(bob, ['A-1']),
      await sale.hold(bob, ['B-9']),
      await sale.hold(ann, ['A-2']),
      await sale.hold(carl, ['A-2']),
      await sale.hold(eve, ['A-2']),
      await sale.pin({ ...hold, owner: bob }),
      await sale.release({ ...hold, grantId: strayGrant() }),
      await inventory.publish(event, 2, 6, settings),
      await inventory.publish(event, 0, 6, settings),
      await inventory.changesSince(event, 0, 0, 10),
    ].map(({ word }) => word)
    const refused = [
      'unavailable',
      'unknown_seat',
      'too_many',
      'too_fast',
      'cooling_down',
      'not_found',
      'lost',
      'incomplete',
      'stale',
      'gap',
    ]
    expect(words).toEqual(refused)
    expect(await sale.dump()).toEqual(before)

    const now = (await inventory.snapshot(event)).nowMs
    for (const [rev, times, word] of [
      [2, { onSaleAtMs: now + 60_000 }, 'sale_not_started'],
      [3, { offSaleAtMs: now }, 'sale_closed'],
    ] as const) {
      await inventory.configure(event, { ...settings, rev, ...times })
      const closed = await sale.dump()
      expect(await sale.hold(bob, ['A-2'])).toMatchObject({ word })
      expect(await sale.dump()).toEqual(closed)
    }
  })
}
