import { systemPlatform } from '@holdfast/contract'
import type { Verdict } from '@holdfast/inventory'
import { describe, expect, test } from 'vitest'
import { simulatedProvider } from '../payments/simulated.ts'
import { StoreError } from '../store/store.ts'
import { grantId, owner, yesInventory } from '../testing.ts'
import { lastRefusal } from './last-refusal.ts'
import { releaseGrant } from './release-grant.ts'
import { audit, confirm, type OpenStore, pinned, told, type World, worldsOn } from './testing.ts'

/** An owner gives back what Redis keeps as confirming. */
export function releaseSuite(open: OpenStore): void {
  const world = worldsOn(open)
  const grantOf = ({ appId, eventId }: World, n: number, by = n) => ({
    ...{ appId, eventId, grantId: grantId(n), owner: owner(by) },
  })
  const release = async (w: World, n: number, by = n): Promise<string> => {
    try {
      await releaseGrant(w.core, grantOf(w, n, by), w.core.platform.now() + 60_000)
      return 'released'
    } catch (error) {
      return String((error as { code?: string }).code ?? error)
    }
  }
  const declined = { pin: pinned('A-1'), payment: 'pay_declined_1' }

  describe('a hold that is given back while it is confirming', () => {
    test('I9, F34: is decided in the store, and only then freed', async () => {
      const swept: [string | undefined, readonly Verdict[]][] = []
      const inventory = {
        ...yesInventory(),
        sweep: async (_: unknown, verdicts: readonly Verdict[]) => {
          const decided = await w.core.store.get(w.appId, 'reservations', {
            eventId: w.eventId,
            grantId: grantId(1),
          })
          swept.push([decided?.status, verdicts])
          return { word: 'swept' as const, nowMs: 0 }
        },
      }
      const w = await world({ inventory })
      expect(told(await confirm(w, { n: 1, ...declined })).code).toBe('payment_declined')
      expect(await release(w, 1)).toBe('released')
      expect(swept).toEqual([['RELEASED', [{ grantId: grantId(1), verdict: 'released' }]]])
      expect(await release(w, 1)).toBe('released')
      expect(told(await confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_2', key: 'late' })).code).toBe(
        'hold_released',
      )
      expect(await audit(w)).toEqual({ booked: 0, bookings: 0 })
    })

    test('I9: of a confirm and a release at once one wins, and both are told which', async () => {
      const w = await world()
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, async (_, at) => {
          const n = at + 1
          const [answer, released] = await Promise.all([
            confirm(w, { n, pin: pinned(`A-${n}`) }),
            release(w, n),
          ])
          return `${told(answer).code ?? answer.status} ${released}`
        }),
      )
      expect(['201 hold_confirmed', 'hold_released released']).toEqual(
        expect.arrayContaining([...new Set(outcomes)]),
      )
      const sold = outcomes.filter((one) => one.startsWith('201')).length
      expect(await audit(w)).toEqual({ booked: sold, bookings: sold })
    })

    test('F1: defeats a commit whose payment is still looked at', async () => {
      const asked = Promise.withResolvers<void>()
      const seen = Promise.withResolvers<void>()
      const slow = { ...simulatedProvider(systemPlatform) }
      const { look } = slow
      slow.look = async (...args) => {
        asked.resolve()
        await seen.promise
        return look(...args)
      }
      const w = await world({ findProvider: () => slow })
      const buying = confirm(w, { n: 1, pin: pinned('A-1') })
      await asked.promise
      expect(await release(w, 1)).toBe('released')
      seen.resolve()
      expect(told(await buying).code).toBe('hold_released')
      expect(await audit(w)).toEqual({ booked: 0, bookings: 0 })
    })

    test('is refused with the booking when it was sold, and is nobody else’s to give', async () => {
      const w = await world()
      const { id } = told(await confirm(w, { n: 1, pin: pinned('A-1') }))
      const asked = releaseGrant(w.core, grantOf(w, 1), w.core.platform.now() + 60_000)
      await expect(asked).rejects.toMatchObject({ code: 'hold_confirmed', extras: { bookingId: id } })
      expect(await release(w, 1, 2)).toBe('not_found')
      expect(await audit(w)).toEqual({ booked: 1, bookings: 1 })
    })

    test('waits no longer than its caller for a commit that has the grant, and frees nothing then', async () => {
      let isHeld = false
      const store = await open()
      const held: typeof store = {
        ...store,
        transaction: (budgetMs, work) =>
          isHeld
            ? Promise.reject(new StoreError('unavailable', 'another writer took too long'))
            : store.transaction(budgetMs, work),
      }
      const swept: unknown[] = []
      const inventory = {
        ...yesInventory(),
        sweep: async (_: unknown, verdicts: unknown) => {
          swept.push(verdicts)
          return { word: 'swept' as const, nowMs: 0 }
        },
      }
      const w = await world({ store: held, inventory })
      isHeld = true
      expect(await release(w, 1)).toBe('confirm_in_progress')
      expect(swept).toEqual([])
      isHeld = false
      expect(await release(w, 1)).toBe('released')
      expect(swept).toHaveLength(1)
    })
  })

  describe('why the last confirm of a hold was refused', () => {
    test('is known until one is under way, and forgotten with its key', async () => {
      const asked = Promise.withResolvers<void>()
      const seen = Promise.withResolvers<void>()
      const slow = { ...simulatedProvider(systemPlatform) }
      const { look } = slow
      slow.look = async (charge, budgetMs) => {
        if (charge.paymentId === 'pay_good') {
          asked.resolve()
          await seen.promise
        }
        return look(charge, budgetMs)
      }
      const w = await world({ findProvider: () => slow })
      const refusal = () => lastRefusal(w.core, grantOf(w, 1))
      expect(await refusal()).toBeUndefined()
      await confirm(w, { n: 1, ...declined })
      expect(await refusal()).toBe('payment_declined')
      expect(await lastRefusal(w.core, grantOf(w, 2, 1))).toBeUndefined()
      const buying = confirm(w, { n: 1, pin: pinned('A-1'), payment: 'pay_good', key: 'second' })
      await asked.promise
      expect(await refusal()).toBeUndefined()
      seen.resolve()
      expect((await buying).status).toBe(201)
      await w.core.store.purgeExpired(new Date(w.core.platform.now() + 400 * 86_400_000))
      expect(await w.core.store.count(w.appId, 'idempotency', {})).toBe(0)
    })
  })
}
