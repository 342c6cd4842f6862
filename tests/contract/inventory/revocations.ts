import { revocationKeptMs, revocationsWholeMs } from '@holdfast/contract'
import { revokedKeys } from '@holdfast/inventory'
import { beforeEach, expect, test } from 'vitest'
import type { OpenSale, Sale } from './sale.ts'

/** Which tokens edges are told to refuse. All apps share the list, so that each test begins with an empty one. */
export function revocationTests(openSale: OpenSale): void {
  let sale: Sale
  beforeEach(async () => {
    sale = await openSale()
    await sale.command('DEL', revokedKeys.revoked, revokedKeys.whole)
  })
  const told = async (sinceMs = 0, limit = 100) => {
    const { told, count, isWhole } = await sale.inventory.revocations(sinceMs, limit)
    return { told, count, isWhole }
  }

  test('a Redis that has lost the list says that it is not whole, until it was told everything', async () => {
    expect(await told()).toEqual({ told: [], count: 0, isWhole: false })
    await sale.inventory.revoke([{ subject: 'tok_1', since: 7 }], false)
    expect(await told()).toMatchObject({ count: 1, isWhole: false })
    await sale.inventory.revoke([{ subject: 'pool:usr_1', since: 8 }], true)
    const all = await told()
    expect(all).toMatchObject({ count: 2, isWhole: true })
    // Of one millisecond the order is nobody's.
    expect(all.told.toSorted((one, other) => one.since - other.since)).toEqual([
      { subject: 'tok_1', since: 7 },
      { subject: 'pool:usr_1', since: 8 },
    ])
    await sale.inventory.revoke([], false)
    expect((await told()).isWhole).toBe(true)
    const left = Number(await sale.command('PTTL', revokedKeys.whole))
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(revocationsWholeMs)
  })

  test('what was told since a time is read in the order of its telling', async () => {
    const { nowMs: firstMs } = await sale.inventory.revoke([{ subject: 'tok_1', since: 7 }], true)
    await sale.reached(firstMs + 2)
    const { nowMs } = await sale.inventory.revoke([{ subject: 'tok_3', since: 7 }], false)
    await sale.reached(nowMs + 2)
    await sale.inventory.revoke([{ subject: 'tok_2', since: 7 }], false)
    const subjects = async (...asked: [number, number]) =>
      (await told(...asked)).told.map(({ subject }) => subject)
    expect(await subjects(nowMs, 10)).toEqual(['tok_3', 'tok_2'])
    expect(await subjects(0, 1)).toEqual(['tok_1'])
  })

  test('a subject whose tokens were ended again is told again, with both times', async () => {
    await sale.inventory.revoke([{ subject: 'pool:usr_1', since: 7 }], true)
    await sale.inventory.revoke([{ subject: 'pool:usr_1', since: 9 }], false)
    expect((await told()).told.map(({ since }) => since)).toEqual([7, 9])
  })

  test('it goes when no token can be as old', async () => {
    const { nowMs } = await sale.inventory.revoke([], true)
    const old = String(nowMs - revocationKeptMs - 1)
    await sale.command('ZADD', revokedKeys.revoked, old, 'tok_1 7')
    await sale.inventory.revoke([{ subject: 'tok_2', since: 8 }], false)
    expect((await told()).told.map(({ subject }) => subject)).toEqual(['tok_2'])
  })
}
