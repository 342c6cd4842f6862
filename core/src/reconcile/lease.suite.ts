import { leaseRenewMs, leaseTtlMs, systemPlatform } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { type OpenStore, worldsOn } from '../bookings/testing.ts'
import type { Core } from '../context.ts'
import { createLease } from './lease.ts'
import { startRepair } from './loop.ts'

/** What several replicas may rely on, on any store: each test opens an empty one. */
export function leaseSuite(name: string, open: OpenStore): void {
  const world = worldsOn(open)

  describe(`the lease of background work on ${name}`, () => {
    test('is one replica’s, is taken over within seconds when it dies, and at once when it leaves', async () => {
      let nowMs = Date.UTC(2026, 10, 23, 12)
      const { core } = await world({ platform: { ...systemPlatform, now: () => nowMs } })
      const [first, second, third] = ['a', 'b', 'c'].map(() => createLease(core, 'work'))
      const holders = async () => [await first?.hold(), await second?.hold()]
      expect(await holders()).toEqual([true, false])
      for (let kept = 0; kept < 3 * leaseTtlMs; kept += leaseRenewMs) {
        nowMs += leaseRenewMs
        expect(await holders()).toEqual([true, false])
      }
      nowMs += leaseTtlMs
      expect([await second?.hold(), await first?.hold()]).toEqual([true, false])
      await first?.release()
      expect(await third?.hold()).toBe(false)
      await second?.release()
      expect(await third?.hold()).toBe(true)
    })

    test('taken by many at once is one’s', async () => {
      const { core } = await world()
      const leases = Array.from({ length: 8 }, () => createLease(core, 'work'))
      const got = await Promise.all(leases.map((lease) => lease.hold()))
      expect(got.filter((mine) => mine)).toHaveLength(1)
    })

    test('lets one replica work, and the other goes on when that one stops', async () => {
      const { core } = await world()
      const rounds: string[] = []
      const replica = (name: string): Core => ({
        ...core,
        store: {
          ...core.store,
          async purgeExpired(now) {
            rounds.push(name)
            return core.store.purgeExpired(now)
          },
        },
      })
      const first = startRepair(replica('first'))
      const until = async (isSo: () => boolean) => {
        while (!isSo()) await new Promise(setImmediate)
      }
      await until(() => rounds.length > 0)
      const second = startRepair(replica('second'))
      await first.stop()
      await until(() => rounds.includes('second'))
      await second.stop()
      expect(rounds).toEqual(['first', 'second'])
      expect(await core.store.count('system' as never, 'leases', {})).toBe(0)
    })
  })
}
