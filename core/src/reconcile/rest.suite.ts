import { driftEveryMs, systemPlatform } from '@holdfast/contract'
import type { Inventory } from '@holdfast/inventory'
import { expect, test } from 'vitest'
import { type OpenStore, worldsOn } from '../bookings/testing.ts'
import { putEvent } from '../events/put-event.ts'
import { rebuildNow, yesInventory } from '../testing.ts'
import { createDrift } from './drift.ts'
import { repairOnce } from './loop.ts'

/** Which events repair looks at, on any store: each test opens an empty one. */
export function restSuite(name: string, open: OpenStore): void {
  const world = worldsOn(open)

  test(`on ${name} an event is repaired until its sale is closed and nothing of it is due, and when it wakes`, async () => {
    let [nowMs, waiting, looks] = [Date.UTC(2026, 10, 23, 12), 1, 0]
    const yes = yesInventory(() => nowMs)
    const checked = { word: 'checked', epoch: 1, ver: 1, mapLength: 20, hasDue: true, hasLog: true } as const
    const inventory: Inventory = {
      ...yes,
      async due() {
        looks += 1
        return { word: 'due', epoch: 1, hasIdle: false, holds: [], nowMs }
      },
      check: async () => ({ ...checked, waiting, nowMs }),
      snapshot: async () => ({ word: 'snapshot', epoch: 1, ver: 1, map: 'F'.repeat(20), nowMs }),
    }
    const { core, appId, eventId } = await world({
      inventory,
      platform: { ...systemPlatform, now: () => nowMs },
    })
    await rebuildNow(core, { appId, eventId })
    const drift = createDrift(core)
    const isRepaired = async () => {
      nowMs += driftEveryMs
      await repairOnce(core, { drift })
      looks = 0
      await repairOnce(core, { drift })
      return looks > 0
    }
    const put = (input: object) =>
      putEvent(core, { appId, eventId, input: { name: 'Play', currency: 'EUR', ...input } })
    expect(await isRepaired()).toBe(true)
    await put({ sale: 'closed' })
    expect(await isRepaired()).toBe(true)
    waiting = 0
    expect(await isRepaired()).toBe(false)
    await put({ sale: 'open' })
    expect(await isRepaired()).toBe(true)
    await put({ offSaleAt: new Date(nowMs + driftEveryMs + 1).toISOString() })
    expect(await isRepaired()).toBe(true)
    expect(await isRepaired()).toBe(false)
    await rebuildNow(core, { appId, eventId })
    looks = 0
    await repairOnce(core)
    expect(looks).toBe(1)
  })
}
