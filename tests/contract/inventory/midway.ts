import { holdKeyOf } from '@holdfast/contract'
import type { Hold, ScriptName, ScriptRunner } from '@holdfast/inventory'
import { expect, test } from 'vitest'
import type { Bench } from './bench.ts'
import { dump } from './dump.ts'
import { ann, bob, briefMs, newBooking, seatIds } from './fixtures.ts'
import type { OpenSale } from './sale.ts'

/** What no script has ever written: whoever reads a seat or a hold from it fails. */
const unreadable = 'neither|a|seat'

/** A script has no way to take back what it wrote before it failed. */
export function midwayTests(openSale: OpenSale, bench: () => Bench): void {
  test('F12: a script that fails midway has changed nothing', async () => {
    const failed = new Set<ScriptName>()
    const watched = (runner: ScriptRunner): ScriptRunner => ({
      async run(name, keys, args) {
        const before = await dump(bench(), keys)
        try {
          return await runner.run(name, keys, args)
        } catch (error) {
          failed.add(name)
          expect([name, await dump(bench(), keys)]).toEqual([name, before])
          throw error
        }
      },
    })
    const client = { address: 'one', network: 'net', units: 40, ownerShare: 4, isEnforced: true }
    const keyOf = ({ grantId }: Hold) => `h:${holdKeyOf(grantId)}`
    const spoilt: readonly ((held: Hold, lapsed: Hold) => string)[] = [
      () => 's:A-2',
      keyOf,
      (_, lapsed) => keyOf(lapsed),
      () => `u:${ann}`,
      () => `u:${bob}`,
      () => 'a:one',
      () => 'n:net',
    ]
    for (const fieldOf of spoilt) {
      const sale = await openSale({ through: watched })
      const { event, inventory } = sale
      const held = await sale.take(ann, ['A-1', 'A-2', 'A-3'], { client })
      const lapsed = await sale.take(bob, ['A-4', 'A-5'], { ttlMs: briefMs, client })
      await sale.reached(lapsed.untilMs)
      const field = fieldOf(held, lapsed)
      const whole = String(await sale.command('HGET', sale.keys.state, field))
      await sale.command('HSET', sale.keys.state, field, unreadable)
      const verbs = [
        () => sale.hold(bob, ['A-6', 'A-2', 'A-5'], { client }),
        () => sale.hold(bob, ['A-6'], { client }),
        () => sale.extend(held),
        () => sale.pin(held),
        () => sale.apply(...sale.sold(held, newBooking()), sale.truth('A-5', { rev: 2 })),
        () => inventory.mend(event, seatIds(sale.ids), true),
        () => sale.sweep('lapsed', lapsed.grantId),
        () => sale.release(held),
      ]
      for (const verb of verbs) await verb().catch(() => undefined)
      await sale.command('HSET', sale.keys.state, field, whole)
      // What the failures kept from the map.
      await inventory.mend(event, seatIds(sale.ids), true)
    }
    expect([...failed].toSorted()).toEqual(['apply', 'extend', 'hold', 'mend', 'pin', 'release', 'sweep'])
  })
}
