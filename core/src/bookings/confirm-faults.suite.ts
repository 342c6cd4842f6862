import { coreBudgetMs, systemPlatform } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import type { Charge, Seen } from '../payments/provider.ts'
import { simulatedProvider } from '../payments/simulated.ts'
import { type Store, StoreError } from '../store/store.ts'
import { yesInventory } from '../testing.ts'
import { audit, confirm, type OpenStore, pinned, relayAll, told, watching, worldsOn } from './testing.ts'

/** What a confirm answers when its surroundings fail. */
export function faultsSuite(open: OpenStore): void {
  const world = worldsOn(open)

  describe('when things break', () => {
    test('a booking id that exists already is made anew, outside the transaction', async () => {
      const ids = [7, 7, 7, 9]
      const random = (bytes: number) =>
        bytes === 6 ? new Uint8Array(6).fill(ids.shift() ?? 1) : systemPlatform.random(bytes)
      const w = await world({ platform: { ...systemPlatform, random } })
      const first = told(await confirm(w, { n: 1, pin: pinned('A-1') }))
      const second = told(await confirm(w, { n: 2, pin: pinned('A-2') }))
      expect(first.id).toMatch(/-777777$/)
      expect(second.id).toMatch(/-999999$/)
      expect(await audit(w)).toEqual({ booked: 2, bookings: 2 })
    })

    test('F21: an unknown commit is told as unknown, and the same key finds the booking', async () => {
      const store = await open()
      let drop = true
      const lossy: Store = {
        ...store,
        async transaction(budgetMs, work) {
          const result = await store.transaction(budgetMs, work)
          if (drop && seen.has('bookings')) throw new StoreError('outcome_unknown', 'the answer was lost')
          return result
        },
      }
      const seen = new Set<string>()
      const w = await world({
        store: {
          ...lossy,
          transaction: (budget, work) => lossy.transaction(budget, (tx) => work(watching(tx, seen))),
        },
      })
      expect(told(await confirm(w, { n: 1, pin: pinned('A-1') })).code).toBe('outcome_unknown')
      drop = false
      expect((await confirm(w, { n: 1, pin: pinned('A-1') })).status).toBe(201)
      expect(await audit(w)).toEqual({ booked: 1, bookings: 1 })
    })

    test('F37: what nobody waits for any more is dropped between its stages, and the key is free', async () => {
      for (const late of ['before the payment', 'before the commit']) {
        let [isOpen, overdueMs] = [false, 0]
        const platform = { ...systemPlatform, now: () => systemPlatform.now() + overdueMs }
        const simulated = simulatedProvider(platform)
        const look: typeof simulated.look = async (...args) => {
          const came = await simulated.look(...args)
          overdueMs = coreBudgetMs
          return came
        }
        const store = await open()
        const w = await world({
          platform,
          findProvider: () => ({ ...simulated, look }),
          store: {
            ...store,
            async get(appId, collection, key) {
              if (isOpen && collection === 'apps' && late === 'before the payment') overdueMs = coreBudgetMs
              return store.get(appId, collection, key)
            },
          },
        })
        isOpen = true
        const asked = { n: 1, pin: pinned('A-1'), budgetMs: coreBudgetMs }
        await expect(confirm(w, asked)).rejects.toMatchObject({ code: 'overloaded' })
        const paid = late === 'before the commit' ? 1 : 0
        expect(await w.core.store.count(w.appId, 'payments', {})).toBe(paid)
        expect(await w.core.store.count(w.appId, 'idempotency', {})).toBe(0)
        expect(await audit(w)).toEqual({ booked: 0, bookings: 0 })
        const intact = { ...w, core: { ...w.core, store, findProvider: () => simulated } }
        expect((await confirm(intact, { n: 1, pin: pinned('A-1') })).status).toBe(201)
      }
    })

    test('a store that refuses leaves the key free for a retry', async () => {
      const store = await open()
      let broken = false
      const w = await world({
        store: {
          ...store,
          async transaction(budgetMs, work) {
            if (broken) throw new StoreError('unavailable', 'no')
            return store.transaction(budgetMs, work)
          },
        },
      })
      broken = true
      await expect(confirm(w, { n: 1, pin: pinned('A-1') })).rejects.toThrow(StoreError)
      broken = false
      expect((await confirm(w, { n: 1, pin: pinned('A-1') })).status).toBe(201)
    })

    test('F13: a claim whose holder died is taken over, and the dead holder can no longer complete it', async () => {
      let now = systemPlatform.now()
      const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const answer = Promise.withResolvers<void>()
      let calls = 0
      const look = ({ amount, currency }: Charge) => {
        asked[calls++]?.resolve()
        const seen: Seen = { word: 'seen', state: 'captured', amount, currency, reference: null }
        return answer.promise.then(() => seen)
      }
      const stuck = { ...simulatedProvider(systemPlatform), look }
      const w = await world({
        platform: { ...systemPlatform, now: () => now },
        findProvider: () => stuck,
      })
      const dead = confirm(w, { n: 1, pin: pinned('A-1'), budgetMs: 60_000 })
      await asked[0]?.promise
      now += 9_000
      const heir = confirm(w, { n: 1, pin: pinned('A-1') })
      await asked[1]?.promise
      answer.resolve()
      expect(told(await dead).code).toBe('in_progress')
      expect((await heir).status).toBe(201)
      expect(await audit(w)).toEqual({ booked: 1, bookings: 1 })
      expect((await confirm(w, { n: 1, pin: pinned('A-1') })).status).toBe(201)
    })

    test('a dead holder whose answer would be final is told that another goes on', async () => {
      let now = systemPlatform.now()
      const asked = Promise.withResolvers<void>()
      const answer = Promise.withResolvers<void>()
      const declined: Seen = {
        word: 'seen',
        state: 'declined',
        amount: 4500,
        currency: 'EUR',
        reference: null,
      }
      const look = async () => {
        asked.resolve()
        await answer.promise
        return declined
      }
      const w = await world({
        platform: { ...systemPlatform, now: () => now },
        findProvider: () => ({ ...simulatedProvider(systemPlatform), look }),
      })
      const dead = confirm(w, { n: 1, pin: pinned('A-1') })
      await asked.promise
      now += 9_000
      const heir = confirm(w, { n: 1, pin: pinned('A-1') })
      answer.resolve()
      const codes = (await Promise.all([dead, heir])).map((one) => told(one).code)
      expect(codes).toEqual(['in_progress', 'payment_declined'])
    })

    test('F2: a committed booking is told to an inventory that was away', async () => {
      const applied: string[] = []
      let away = false
      const inventory = {
        ...yesInventory(),
        apply: async (_: unknown, seats: readonly { seatId: string; state: string }[]) => {
          if (away) throw new Error('away')
          applied.push(...seats.map((seat) => `${seat.seatId} ${seat.state}`))
          return { word: 'applied' as const, nowMs: 0 }
        },
      }
      const w = await world({ inventory })
      await relayAll(w)
      applied.length = 0
      away = true
      await confirm(w, { n: 1, pin: pinned('A-1') })
      await relayAll(w)
      away = false
      await relayAll(w)
      expect(applied).toEqual(['A-1 BOOKED'])
    })
  })
}
